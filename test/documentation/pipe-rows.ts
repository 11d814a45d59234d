import type { CommandRow } from "./command-row.ts";

const pinned =
  'grep -q "nginx:1.27@$CURRENT$" rendered.yaml && grep -q "ghcr.io/acme/app:v1@$APP$" rendered.yaml';

/** Commands that read stdin or write text. */
export const pipeRows: Readonly<Record<string, CommandRow>> = {
  "helm template shop CHART | pin-digests > rendered.yaml": {
    site: "stream",
    needs: ["helm"],
    writes: ["rendered.yaml"],
    afterwards: pinned,
  },
  "helm template shop ./chart | pin-digests > out.yaml": {
    site: "stream",
    needs: ["helm"],
    edits: { "./chart": "CHART" },
    writes: ["out.yaml"],
  },
  "helm template shop ./chart | pin-digests pin > out.yaml": {
    site: "stream",
    needs: ["helm"],
    edits: { "./chart": "CHART" },
    writes: ["out.yaml"],
  },
  "helm template shop ./chart | pin-digests check > /dev/null": {
    site: "stream",
    needs: ["helm"],
    edits: { "./chart": "CHART" },
    code: 1,
    stderr: /2 images checked/,
  },
  "helm template shop ./chart | pin-digests explain --format json": {
    site: "stream",
    needs: ["helm"],
    edits: { "./chart": "CHART" },
    stdout: /"nginx:1\.27"/,
  },
  "helm template … | pin-digests": {
    site: "stream",
    needs: ["helm"],
    edits: { "…": "shop CHART" },
    stdout: /nginx:1\.27@sha256:/,
  },
  "helm template … | pin-digests explain": {
    site: "stream",
    needs: ["helm"],
    offline: true,
    edits: { "…": "shop CHART" },
    stdout: /nginx:1\.27/,
  },
  "helm template shop CHART | pin-digests --lock image-lock.yaml --update-lock > rendered.yaml": {
    site: "stream",
    needs: ["helm"],
    writes: ["image-lock.yaml", "rendered.yaml"],
    afterwards: `${pinned} && grep -q $CURRENT image-lock.yaml`,
  },
  "helm template shop CHART | pin-digests --lock image-lock.yaml -d lock=frozen > rendered.yaml": {
    site: "stream",
    needs: ["helm"],
    before: "pin-digests --lock image-lock.yaml --update-lock < manifests.yaml",
    offline: true,
    writes: ["rendered.yaml"],
    afterwards: pinned,
  },
  "helm template shop CHART | pin-digests --lock image-lock.yaml -d mode=check -d check.unpinned=off > /dev/null":
    {
      site: "stream",
      needs: ["helm"],
      before:
        "pin-digests --lock image-lock.yaml --update-lock < manifests.yaml && sed -i s/$CURRENT/$OLD/ image-lock.yaml",
      stderr: /warning.*nginx:1\.27/,
    },
  "kustomize build DIR | pin-digests | kubectl apply -f -": {
    site: "stream",
    needs: ["kustomize"],
    writes: ["applied.yaml"],
    afterwards: 'grep -q "nginx:1.27@$CURRENT" applied.yaml',
  },
  "kustomize build . | pin-digests | kubectl apply -f -": {
    site: "stream",
    needs: ["kustomize"],
    writes: ["applied.yaml"],
    afterwards: 'grep -q "nginx:1.27@$CURRENT" applied.yaml',
  },
  "kustomize build . | pin-digests images --format kustomize": {
    site: "stream",
    needs: ["kustomize"],
    stdout: /^- name: nginx\n {2}digest: sha256/m,
  },
  "kustomize build . | pin-digests --lock image-lock.yaml --inventory admission --output admission.yaml > rendered.yaml":
    {
      site: "stream",
      needs: ["kustomize"],
      before: "pin-digests --lock image-lock.yaml --update-lock < manifests.yaml",
      writes: ["admission.yaml", "rendered.yaml"],
      afterwards:
        "grep -q 'kind: ValidatingAdmissionPolicy$' admission.yaml && grep -q $(echo $CURRENT | cut -d: -f2) admission.yaml",
    },
  "echo --- | pin-digests --lock image-lock.yaml --inventory admission --output admission.yaml": {
    site: "locked",
    writes: ["admission.yaml"],
    afterwards: "grep -q $(echo $OLD | cut -d: -f2) admission.yaml",
  },
  "pin-digests explain --format fieldspecs < in.yaml": {
    site: "stream",
    offline: true,
    stdout: /path: "spec\/workerImage"/,
  },
  "pin-digests explain --format fieldspecs": {
    site: "stream",
    edits: { fieldspecs: "fieldspecs < in.yaml" },
    stdout: /path: "spec\/workerImage"/,
  },
  "pin-digests --explain=json --output report.json < list.yaml": {
    site: "stream",
    stdout: /nginx:1\.27@sha256:/,
    writes: ["report.json"],
  },
  "pin-digests --lock FILE --update-lock --prune -d mode=update": {
    site: "locked",
    edits: { FILE: "image-lock.yaml", "mode=update": "mode=update < web.yaml" },
    before: "printf '  redis:7:\\n    digest: %s\\n' $OLD >> image-lock.yaml",
    stdout: /nginx:1\.27@sha256:/,
    writes: ["image-lock.yaml"],
    afterwards: "grep -q $CURRENT image-lock.yaml && ! grep redis image-lock.yaml",
  },
  "pin-digests --inventory json -o images.json < manifests.yaml > pinned.yaml": {
    site: "stream",
    writes: ["images.json", "pinned.yaml"],
    afterwards: "grep -q $CURRENT images.json",
  },
  "jq -r '.images[].reference | values' images.json | while read -r image; do gcloud container binauthz attestations sign-and-create --artifact-url=\"$image\" --attestor=ATTESTOR --keyversion=KEY; done":
    {
      site: "stream",
      needs: ["jq"],
      before: "pin-digests --inventory json -o images.json < manifests.yaml",
      edits: { gcloud: "echo gcloud" },
      stdout: /--artifact-url=docker\.io\/library\/nginx@sha256:\w{64} --attestor/,
    },
  "PIN_DIGESTS_POLICY=/etc/pin-digests/policy.yaml pin-digests < manifests.yaml": {
    site: "stream",
    edits: { "/etc/pin-digests/": "./" },
    code: 1,
    stderr: /nginx:1\.27.*allow/,
  },
  "pin-digests images --format json . | jq -r '.images[].reference | values'": {
    site: "moved",
    needs: ["jq"],
    stdout: /^docker\.io\/library\/nginx@sha256:\w{64}$/m,
  },
  "pin-digests --version": { site: "tags", stdout: /^\d+\.\d+\.\d+\n$/ },
  "pin-digests --help": { site: "tags", stdout: /^Flags:$/m },
  "pin-digests COMMAND --help": { site: "tags", edits: { COMMAND: "check" }, stdout: /^pin-digests check: / },
  "pin-digests schema": { site: "tags", stdout: /"title": "PinDigests"/ },
  "pin-digests schema ImageLock": { site: "tags", stdout: /"title": "ImageLock"/ },
  "pin-digests schema Results": { site: "tags", stdout: /"title": "Results"/ },
  "pin-digests schema > PinDigests.schema.json": { site: "tags", writes: ["PinDigests.schema.json"] },
  "pin-digests schema ImageLock > ImageLock.schema.json": { site: "tags", writes: ["ImageLock.schema.json"] },
  "pin-digests schema Results > Results.schema.json": { site: "tags", writes: ["Results.schema.json"] },
};
