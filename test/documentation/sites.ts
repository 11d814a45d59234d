/** Folders in which commands of the documentation run. They have what the commands name, by the names that these use. */

import { lockText } from "../support/lock-text.ts";
import { readPage } from "./commands.ts";

/** What texts of a site say of a registry. */
export interface Facts {
  /** Where a container without a proxy finds the images; nothing for Docker Hub. */
  readonly host: string;
  /** What nginx:1.27 meant before its tag moved, and what it means now. */
  readonly old: string;
  readonly current: string;
  /** What ghcr.io/acme/app:v1 means. */
  readonly app: string;
}

/** The files of a site by their paths. */
export type Site = Readonly<Record<string, string>>;

/** Every site. `examples` is a copy of the examples as they are. */
export type SiteName =
  | "tags"
  | "moved"
  | "locked"
  | "package"
  | "lockedPackage"
  | "overlay"
  | "execOverlay"
  | "services"
  | "mirror"
  | "environments"
  | "stream"
  | "examples";

/** Makes the files of a site. */
export function filesOf(name: SiteName, { host, old, current, app }: Facts): Site {
  switch (name) {
    case "tags":
      return {
        "web.yaml": deployment("nginx:1.27", "ghcr.io/acme/app:v1"),
        "apps/web/pod.yaml": pod("nginx:1.27"),
      };
    case "moved":
      return {
        "web.yaml": deployment(`nginx:1.27@${old}`, `ghcr.io/acme/app:v1@${app}`),
        "apps/web/pod.yaml": pod(`nginx:1.27@${old}`),
      };
    case "locked":
      return {
        ...filesOf("tags", { host, old, current, app }),
        "image-lock.yaml": lockText({ "nginx:1.27": old, "ghcr.io/acme/app:v1": app }),
      };
    case "services":
      return {
        "services/shop/web.yaml": deployment("nginx:1.27", "ghcr.io/acme/app:v1"),
        "services/blog/web.yaml": deployment("nginx:1.27"),
      };
    case "mirror":
      return {
        "web.yaml": deployment("nginx:1.27"),
        "pin-digests.yaml": shown("docs/recipes.md", "pin-digests.yaml"),
      };
    case "environments":
      return {
        "staging/web.yaml": deployment(`nginx:1.27@${old}`),
        "production/web.yaml": deployment(`nginx:1.27@${old}`),
      };
    case "package":
      return {
        "PACKAGE/Kptfile": kptfile("report: problems"),
        "PACKAGE/web.yaml": deployment(`${host}/library/nginx:1.27`, `${host}/acme/app:v1`),
      };
    case "lockedPackage":
      return {
        "PACKAGE/Kptfile": kptfile("lock: frozen"),
        "PACKAGE/web.yaml": deployment(`${host}/library/nginx:1.27`, `${host}/acme/app:v1`),
        "PACKAGE/image-lock.yaml": lockText({
          [`${host}/library/nginx:1.27`]: old,
          [`${host}/acme/app:v1`]: app,
        }),
      };
    case "overlay":
      return {
        "DIR/web.yaml": deployment(`${host}/library/nginx:1.27`, `${host}/acme/app:v1`),
        "DIR/kustomization.yaml": `resources: [web.yaml]\n${shown("README.md", "kustomization.yaml")}`,
        "DIR/pin-digests.yaml": shown("README.md", "pin-digests.yaml"),
      };
    case "execOverlay":
      return {
        ...filesOf("overlay", { host, old, current, app }),
        "DIR/web.yaml": deployment("nginx:1.27", "ghcr.io/acme/app:v1"),
        "DIR/pin-digests.yaml": shown("README.md", "pin-digests.yaml").replace(
          /container:\n(?: {8}.*\n)+/,
          `${shownExec()}\n`,
        ),
      };
    case "stream": {
      const manifests = deployment("nginx:1.27", "ghcr.io/acme/app:v1");
      return {
        "manifests.yaml": manifests,
        "in.yaml": `${manifests}---\napiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {workerImage: nginx}\n`,
        "list.yaml": `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- ${pod("nginx:1.27").trim().replaceAll("\n", "\n  ")}\n`,
        "web.yaml": manifests,
        "kustomization.yaml": "resources: [web.yaml]\n",
        "DIR/web.yaml": manifests,
        "DIR/kustomization.yaml": "resources: [web.yaml]\n",
        "CHART/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
        "CHART/templates/web.yaml": manifests,
        "policy.yaml":
          "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: policy}\nallow: [ghcr.io/*]\n",
      };
    }
    case "examples":
      return {};
  }
}

/** The file that a page shows under this name. */
function shown(page: string, name: string): string {
  const [, text = ""] = new RegExp(`\`\`\`yaml\\n# ${name}\\n(.*?)\`\`\``, "s").exec(readPage(page)) ?? [];
  return text;
}

/** What the README says to write in place of the container. */
function shownExec(): string {
  const [, text = ""] = /replace the whole `container:` block by `(.*?)`/.exec(readPage("README.md")) ?? [];
  return text;
}

function kptfile(option: string): string {
  return `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: package
  annotations:
    config.kubernetes.io/local-config: "true"
pipeline:
  mutators:
  - image: localhost/pin-digests:v0.1.0
    configMap:
      ${option}
`;
}

function deployment(...images: readonly string[]): string {
  const containers = images.map((image, index) => `      - name: c${index}\n        image: ${image}\n`);
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
${containers.join("")}`;
}

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: ${image}\n`;
}
