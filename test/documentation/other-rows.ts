import type { CommandRow } from "./command-row.ts";

const published = "no release has been published from here, which docs/SECURITY.md says";
const noCluster = "there is no Argo CD here, which its README says";

/** Commands that build this repository, and those of tools that are not at hand. */
export const otherRows: Readonly<Record<string, CommandRow>> = {
  "npm ci && npm run demo": {
    testedBy: { "test/e2e/install.test.ts": '["ci"', "test/examples/demo.test.ts": "demo.mjs" },
  },
  "npm ci && npm link": { testedBy: { "test/e2e/install.test.ts": '["link"' } },
  "npm ci && npm run build": {
    testedBy: { "test/e2e/install.test.ts": '["ci"', "test/e2e/setup.ts": '["run", "build"]' },
  },
  "npm ci && npm run build && npm link": { testedBy: { "test/e2e/install.test.ts": '["link"' } },
  "npm cit": { testedBy: { ".ci/run": "npm cit" } },
  "npm run check": { testedBy: { ".ci/run": "npm run check" } },
  "npm run e2e": { testedBy: { ".ci/run": "npm run e2e" } },
  "docker build -t localhost/pin-digests:v0.1.0 .": {
    testedBy: { "test/e2e/setup.ts": "by the README's command" },
  },
  "kubectl apply --server-side -f admission.yaml": {
    testedBy: { "test/e2e/admission.test.ts": '"apply", "--server-side"' },
  },
  "kubectl delete validatingadmissionpolicybinding,mutatingadmissionpolicybinding pin-digests pin-digests-updates":
    { testedBy: { "test/e2e/admission.test.ts": "by the command of the documentation" } },
  "kubectl create configmap pin-digests-plugin -n argocd --from-file=examples/argo-cd-plugin/plugin.yaml": {
    nobody: noCluster,
  },
  "kubectl patch deployment argocd-repo-server -n argocd --patch-file examples/argo-cd-plugin/sidecar.yaml": {
    nobody: noCluster,
  },
  "cosign initialize && cosign trusted-root create --with-default-services --out trusted_root.json": {
    nobody: "it fetches the root of the public instance, and tests use no network",
  },
  "cosign verify ghcr.io/OWNER/pin-digests:v0.1.0 --certificate-oidc-issuer https://token.actions.githubusercontent.com --certificate-identity https://github.com/OWNER/pin-digests/.github/workflows/release.yml@refs/tags/v0.1.0":
    { nobody: published },
  "docker login registry.acme.io": { nobody: "it asks a person for a password" },
  'gh pr create --title "Update image digests" --body-file ../report.md': {
    testedBy: { "test/examples/files.test.ts": "opens a pull request with the report" },
  },
  "gh attestation verify oci://ghcr.io/OWNER/pin-digests:v0.1.0 --repo OWNER/pin-digests": {
    nobody: published,
  },
  "docker buildx imagetools inspect ghcr.io/OWNER/pin-digests:v0.1.0 --format '{{json .SBOM}}'": {
    nobody: published,
  },
  "npm audit signatures": { nobody: published },
};
