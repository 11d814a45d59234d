import type { Tree } from "./workspace.ts";

/** The images of the package, as a registry must have them. */
export const packageImages = ["site/web:1.4", "site/tools:2", "site/db:16"] as const;

/**
 * A package with a package in it: what orchestrators print anew in their own way, what must not be taken for an image,
 * and four lines to change.
 */
export function packageFiles(host: string): Tree {
  return {
    Kptfile: kptfile("site"),
    "web.yaml": `# The site.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {note: "image: ${host}/site/web:1.4"}
spec:
  replicas: 0x2 # two
  template:
    spec:
      initContainers:
      - {name: copy, image: '${host}/site/tools:2', command: [cp]} # flow
      containers:
      - name: web # first
        # The tag moves with each release.
        image: &web ${host}/site/web:1.4 # {"$imagepolicy": "site:web"}
        env:
        - {name: MODE, value: "0777"}
        - name: LIMIT
          value: "123456789012345678901234567890"
      - name: pinned
        image: ${host}/site/web@sha256:1111111111111111111111111111111111111111111111111111111111111111
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  pod.yaml: |
    image: ${host}/site/web:1.4
  mode: 0644
  yes: no
`,
    "jobs/clean.yaml": `apiVersion: batch/v1
kind: CronJob
metadata:
  name: clean
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: clean
              image: "${host}/site/tools:2"
`,
    "kustomization.yaml": `resources:
- web.yaml
images:
- name: site/web
  newTag: "1.4"
`,
    "db/Kptfile": kptfile("db"),
    "db/db.yaml": `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: db
spec:
  template:
    spec:
      containers:
      - name: db
        image: ${host}/site/db:16
`,
  };
}

function kptfile(name: string): string {
  return `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: ${name}
  annotations:
    config.kubernetes.io/local-config: "true"
`;
}
