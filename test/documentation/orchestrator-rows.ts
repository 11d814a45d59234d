import type { CommandRow, TestedRow } from "./command-row.ts";

const evaluate = "kpt fn eval PACKAGE --image localhost/pin-digests:v0.1.0 --network";
const image = ["kpt", "image"] as const;
const both =
  'grep -q "library/nginx:1.27@$CURRENT" PACKAGE/web.yaml && grep -q "acme/app:v1@$APP" PACKAGE/web.yaml';

/** The same command needs a cluster, which an installation does; what it pins, a template shows. */
const helmUpgrade: TestedRow = {
  testedBy: {
    "test/e2e/helm.test.ts": "gives what a lock has, as a filter and as a post-renderer, and asks nobody",
  },
};

/** Commands of kpt, kustomize, Helm and kubectl that run the function, an executable or a container. */
export const orchestratorRows: Readonly<Record<string, CommandRow>> = {
  [evaluate]: { site: "package", needs: image, writes: ["PACKAGE/web.yaml"], afterwards: both },
  [`${evaluate} -- lock=create`]: {
    site: "package",
    needs: image,
    writes: ["PACKAGE/image-lock.yaml", "PACKAGE/web.yaml"],
    afterwards: `${both} && grep -q $CURRENT PACKAGE/image-lock.yaml`,
  },
  [`${evaluate} -- mode=check`]: {
    site: "lockedPackage",
    needs: image,
    before: `sed -i "s/1.27$/1.27@$OLD/; s/v1$/v1@$APP/" PACKAGE/web.yaml`,
    stderr: /warning.*nginx/i,
  },
  [`${evaluate} -- mode=update`]: {
    site: "lockedPackage",
    needs: image,
    writes: ["PACKAGE/image-lock.yaml", "PACKAGE/web.yaml"],
    afterwards: `${both} && grep -q $CURRENT PACKAGE/image-lock.yaml`,
  },
  [`${evaluate} -- mode=update 'include=nginx:*'`]: {
    site: "lockedPackage",
    needs: image,
    edits: { "nginx:": "$HOST/library/nginx:", "'": '"' },
    writes: ["PACKAGE/image-lock.yaml", "PACKAGE/web.yaml"],
    afterwards: "grep -q $CURRENT PACKAGE/image-lock.yaml && ! grep -q $APP PACKAGE/web.yaml",
  },
  [`${evaluate} -- tag=drop 'exclude=ghcr.io/acme/*'`]: {
    site: "package",
    needs: image,
    edits: { "ghcr.io": "$HOST", "'": '"' },
    writes: ["PACKAGE/web.yaml"],
    afterwards: "grep -q library/nginx@$CURRENT PACKAGE/web.yaml && ! grep -q $APP PACKAGE/web.yaml",
  },
  [`${evaluate} --as-current-user --env DOCKER_CONFIG=/c --mount type=bind,src="$HOME/.docker",dst=/c`]: {
    testedBy: { "test/e2e/registry.test.ts": "takes the login of a mounted file" },
  },
  "kpt fn eval PACKAGE --exec pin-digests": {
    site: "package",
    needs: ["kpt"],
    writes: ["PACKAGE/web.yaml"],
    afterwards: both,
  },
  'kpt fn eval PACKAGE --exec "pin-digests --prune" -- mode=update': {
    site: "lockedPackage",
    needs: ["kpt"],
    before: "printf '  redis:7:\\n    digest: %s\\n' $OLD >> PACKAGE/image-lock.yaml",
    writes: ["PACKAGE/image-lock.yaml", "PACKAGE/web.yaml"],
    afterwards: "! grep redis PACKAGE/image-lock.yaml",
  },
  "kpt fn render PACKAGE": {
    site: "lockedPackage",
    needs: image,
    writes: ["PACKAGE/web.yaml"],
    afterwards: 'grep -q "library/nginx:1.27@$OLD" PACKAGE/web.yaml',
  },
  "kpt fn render --allow-network": {
    site: "package",
    needs: image,
    edits: { "--allow-network": "--allow-network PACKAGE" },
    writes: ["PACKAGE/web.yaml"],
    afterwards: both,
  },
  "set -o pipefail && kpt fn source PACKAGE | pin-digests -d tag=drop | kpt fn sink OUT": {
    site: "package",
    needs: ["kpt"],
    writes: ["OUT/Kptfile", "OUT/web.yaml"],
    afterwards: "grep -q library/nginx@$CURRENT OUT/web.yaml",
  },
  "kpt fn render examples/kpt-package": {
    testedBy: {
      "test/e2e/kpt-render.test.ts": "renders its one example without network and changes nothing",
    },
  },
  "sed -i 's|podinfo:6.4.0@sha256:[0-9a-f]*|podinfo:6.5.0|' examples/kpt-package/web.yaml": {
    site: "examples",
    writes: ["examples/kpt-package/web.yaml"],
    afterwards: "grep 'image: ghcr.io/stefanprodan/podinfo:6.5.0 # the site' examples/kpt-package/web.yaml",
  },
  "kpt fn render --allow-network examples/kpt-package": {
    testedBy: { "test/e2e/kpt-render.test.ts": "pins the image whose tag is new" },
  },
  "kpt fn render --allow-exec examples/kpt-package": {
    site: "examples",
    needs: ["kpt"],
    before:
      "sed -i 's|podinfo:6.4.0@sha256:[0-9a-f]*|podinfo:6.5.0|' examples/kpt-package/web.yaml; sed -i 's|image: localhost.*|exec: pin-digests|' examples/kpt-package/Kptfile",
    writes: ["examples/kpt-package/web.yaml"],
    afterwards: "grep 'podinfo:6.5.0@sha256:.* # the site' examples/kpt-package/web.yaml",
  },
  "cp -r examples/kpt-lock /tmp/kpt-lock": {
    site: "examples",
    edits: { "/tmp/": "./" },
    writes: ["kpt-lock/README.md", "kpt-lock/image-lock.yaml", "kpt-lock/web.yaml"],
  },
  "kpt fn render /tmp/kpt-lock --output /tmp/rendered": {
    testedBy: { "test/e2e/lock.test.ts": "renders its lock's digests without network, into another folder" },
  },
  "kpt fn eval examples/kpt-lock --image localhost/pin-digests:v0.1.0 --network -- mode=check check.unpinned=off check.drift=error":
    {
      testedBy: {
        "test/e2e/validator.test.ts":
          "passes until a tag is moved, then fails with both digests, and touches nothing",
      },
    },
  "kpt fn eval examples/kpt-lock --image localhost/pin-digests:v0.1.0 --network -- mode=update": {
    testedBy: { "test/e2e/lock.test.ts": "renders what ran until a person says otherwise" },
  },
  "kpt fn eval examples/kpt-lock --image localhost/pin-digests:v0.1.0 -- mode=unpin": {
    site: "examples",
    needs: image,
    before: "pin-digests -d lock=frozen examples/kpt-lock/web.yaml; grep sha256 examples/kpt-lock/web.yaml",
    writes: ["examples/kpt-lock/web.yaml"],
    afterwards: "! grep sha256 examples/kpt-lock/web.yaml",
  },
  "git diff examples/kpt-lock": {
    site: "examples",
    before:
      "git init -q && git add . && git commit -qm first && sed -i s/57a654/68a654/ examples/kpt-lock/image-lock.yaml",
    edits: { diff: "diff --stat" },
    stdout: /image-lock\.yaml/,
  },
  "kustomize build --enable-alpha-plugins --network DIR": {
    site: "overlay",
    needs: ["kustomize", "image"],
    stdout: /library\/nginx:1\.27@sha256:/,
  },
  "kustomize build --enable-alpha-plugins --enable-exec DIR": {
    site: "execOverlay",
    needs: ["kustomize"],
    stdout: /image: nginx:1\.27@sha256:/,
    afterwards: "kustomize build --enable-alpha-plugins DIR | grep 'image: nginx:1.27$'",
  },
  "kustomize build production/tags | pin-digests -f production/pin-digests.yaml -d lock=auto --lock production/image-lock.yaml --update-lock > /dev/null":
    {
      site: "examples",
      needs: ["kustomize"],
      folder: "examples/kustomize-lock",
      before: "sed -i s/6.4.0/6.5.0/ production/tags/kustomization.yaml",
      writes: ["examples/kustomize-lock/production/image-lock.yaml"],
      afterwards: "grep -A1 6.5.0 production/image-lock.yaml",
    },
  "kustomize build production/tags | pin-digests -f production/pin-digests.yaml -d lock=auto -d mode=update --lock production/image-lock.yaml --update-lock --prune > /dev/null":
    {
      site: "examples",
      needs: ["kustomize"],
      folder: "examples/kustomize-lock",
      before: "sed -i s/6.4.0/6.5.0/ production/tags/kustomization.yaml",
      writes: ["examples/kustomize-lock/production/image-lock.yaml"],
      afterwards: "grep -A1 6.5.0 production/image-lock.yaml && ! grep 6.4.0 production/image-lock.yaml",
    },
  "kustomize build --enable-alpha-plugins production": {
    site: "examples",
    needs: ["kustomize", "image"],
    folder: "examples/kustomize-lock",
    stdout: /podinfo:6\.4\.0@sha256:57a654/,
  },
  "kustomize build --enable-alpha-plugins --enable-exec examples/kustomize-overlay/overlays/exec": {
    site: "examples",
    needs: ["kustomize"],
    stdout: /image: nginx:1\.27\.3@sha256:/,
  },
  "kustomize build --enable-alpha-plugins --network examples/kustomize-overlay/overlays/container": {
    testedBy: { "test/e2e/kustomize.test.ts": "changes image lines alone where network is allowed" },
  },
  "cd examples/argo-cd-plugin/app && kustomize build . | pin-digests --lock image-lock.yaml --update-lock > /dev/null":
    {
      site: "examples",
      needs: ["kustomize"],
      before: "sed -i s/6.4.0/6.5.0/ examples/argo-cd-plugin/app/kustomization.yaml",
      writes: ["examples/argo-cd-plugin/app/image-lock.yaml"],
    },
  "cd examples/helm-post-renderer && helm template shop chart --post-renderer ./pin-digests.sh": {
    site: "examples",
    needs: ["helm"],
    stdout: /image: nginx:1\.27@sha256:/,
  },
  "helm template shop chart --post-renderer ./pin-digests.sh --post-renderer-args -d --post-renderer-args 'exclude=ghcr.io/acme/*'":
    {
      site: "examples",
      needs: ["helm"],
      folder: "examples/helm-post-renderer",
      stdout: /shop:2\.4\.1"\n(?:.*\n)*\s+image: nginx:1\.27@sha256:/,
    },
  "helm template shop chart | ../../dist/main.js > pinned.yaml": {
    site: "examples",
    needs: ["helm"],
    folder: "examples/helm-post-renderer",
    writes: ["examples/helm-post-renderer/pinned.yaml"],
    afterwards: "test $(grep -c @sha256 pinned.yaml) = 3",
  },
  "helm plugin install examples/helm-post-renderer": {
    testedBy: { "test/e2e/helm.test.ts": '"plugin", "install"' },
  },
  "helm upgrade --install shop CHART --post-renderer pin-digests": helmUpgrade,
  "cd examples/helm-post-renderer && helm upgrade --install shop chart --post-renderer ./pin-digests.sh":
    helmUpgrade,
  "helm upgrade --install shop examples/helm-post-renderer/chart --post-renderer pin-digests": {
    testedBy: { "test/e2e/helm.test.ts": '"--post-renderer", "pin-digests"' },
  },
};
