import type { CommandRow } from "./command-row.ts";

/** Commands over files and folders. */
export const fileRows: Readonly<Record<string, CommandRow>> = {
  "pin-digests check .": {
    site: "tags",
    code: 1,
    stderr: /^web\.yaml:10:16: \[error\] .*"nginx:1\.27" has no digest/m,
  },
  "pin-digests check --check-drift error .": {
    site: "moved",
    code: 1,
    stderr: /^web\.yaml:10:16: \[error\] .*the tag now means/m,
    afterwards: "pin-digests check .",
  },
  "pin-digests check --lock-mode frozen .": {
    site: "locked",
    before: "pin-digests .",
    offline: true,
    afterwards:
      "sed -i s/$OLD/$CURRENT/ web.yaml && pin-digests check --lock-mode frozen . 2>&1 | grep -q 'warning.*nginx'",
  },
  "pin-digests --diff .": {
    site: "tags",
    stdout: /^--- a\/web\.yaml\n\+\+\+ b\/web\.yaml\n/m,
  },
  "pin-digests .": {
    site: "tags",
    writes: ["apps/web/pod.yaml", "web.yaml"],
    afterwards:
      'grep -q "nginx:1.27@$CURRENT$" web.yaml && grep -q "ghcr.io/acme/app:v1@$APP$" web.yaml && pin-digests check .',
  },
  "pin-digests pin .": {
    site: "tags",
    writes: ["apps/web/pod.yaml", "web.yaml"],
    afterwards: "pin-digests check .",
  },
  "pin-digests update .": {
    site: "moved",
    before: "pin-digests update --lock-mode create --include 'ghcr.io/*' .",
    writes: ["apps/web/pod.yaml", "image-lock.yaml", "web.yaml"],
    afterwards: 'grep -q "nginx:1.27@$CURRENT$" web.yaml && grep -q $CURRENT image-lock.yaml',
  },
  "pin-digests update": {
    site: "stream",
    before: "cp manifests.yaml x.yaml",
    edits: { update: "update < x.yaml" },
    stdout: /nginx:1.27@sha256/,
  },
  "pin-digests update apps/web": {
    site: "moved",
    writes: ["apps/web/pod.yaml"],
    afterwards: 'grep -q "nginx:1.27@$CURRENT$" apps/web/pod.yaml',
  },
  "pin-digests update --diff .": { site: "moved", stdout: /^\+.*nginx:1\.27@sha256/m },
  "pin-digests update --include 'nginx:*' .": {
    site: "moved",
    writes: ["apps/web/pod.yaml", "web.yaml"],
  },
  "pin-digests update --prune .": {
    site: "locked",
    before: "printf '  redis:7:\\n    digest: %s\\n' $OLD >> image-lock.yaml",
    writes: ["apps/web/pod.yaml", "image-lock.yaml", "web.yaml"],
    afterwards: "grep -q $CURRENT image-lock.yaml && ! grep redis image-lock.yaml",
  },
  "pin-digests update --format markdown --output report.md .": {
    site: "moved",
    writes: ["apps/web/pod.yaml", "report.md", "web.yaml"],
    afterwards: "grep -q nginx:1.27 report.md",
  },
  "pin-digests unpin .": {
    site: "moved",
    writes: ["apps/web/pod.yaml", "web.yaml"],
    afterwards: "! grep -r sha256 .",
  },
  "pin-digests --lock-mode create .": {
    site: "tags",
    writes: ["apps/web/pod.yaml", "image-lock.yaml", "web.yaml"],
    afterwards: "grep -A1 'nginx:1.27:$' image-lock.yaml | grep -q $CURRENT",
  },
  "pin-digests pin --lock-mode create .": {
    site: "tags",
    writes: ["apps/web/pod.yaml", "image-lock.yaml", "web.yaml"],
  },
  "pin-digests --lock-mode frozen .": {
    site: "locked",
    offline: true,
    writes: ["apps/web/pod.yaml", "web.yaml"],
    afterwards:
      'grep -q "nginx:1.27@$OLD$" web.yaml && sed -i s/1.27@.*/1.28/ web.yaml && ! pin-digests --lock-mode frozen .',
  },
  "pin-digests explain .": { site: "tags", stdout: /nginx:1\.27/ },
  "pin-digests images .": { site: "tags", stdout: /nginx:1\.27/ },
  "pin-digests images --format lock . > image-lock.yaml": {
    site: "tags",
    writes: ["image-lock.yaml"],
    afterwards: "HTTPS_PROXY=http://127.0.0.1:1 pin-digests --lock-mode frozen .",
  },
  "git revert HEAD": {
    site: "moved",
    before:
      "git init -q && git add . && git commit -qm first && pin-digests update . && git commit -qam update",
    edits: { "git revert": "git revert --no-edit" },
    writes: ["apps/web/pod.yaml", "web.yaml"],
    afterwards: "git diff --exit-code HEAD~2",
  },
  "examples/flux/pin.sh clusters apps && git push": {
    testedBy: { "test/examples/files.test.ts": "commits what it has pinned" },
  },
  "pre-commit install": {
    nobody: "pre-commit is not installed here; test/examples/files.test.ts runs what its hooks run",
  },
};
