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
      "sed -i s/$OLD/$CURRENT/ web.yaml && pin-digests check --lock-mode frozen . 2>&1 | grep 'warning.*nginx' > /dev/null",
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
  "pin-digests PATH": {
    site: "tags",
    edits: { PATH: "web.yaml" },
    writes: ["web.yaml"],
    afterwards: "pin-digests check web.yaml",
  },
  "pin-digests update PATH": {
    site: "moved",
    edits: { PATH: "web.yaml" },
    writes: ["web.yaml"],
    afterwards: "pin-digests check --check-drift error web.yaml",
  },
  "pin-digests explain --format fieldspecs PATH": {
    site: "stream",
    edits: { PATH: "in.yaml" },
    stdout: /path: "spec\/workerImage"/,
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
    afterwards: "grep -A1 'nginx:1.27:$' image-lock.yaml | grep $CURRENT > /dev/null",
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
  'git diff --quiet || git commit --all --message "Update image digests"': {
    site: "moved",
    before: "git init -q && git add . && git commit -qm first && pin-digests update .",
    afterwards: "git diff --exit-code && git log --format=%s | grep '^Update image digests' > /dev/null",
  },
  "pin-digests update --format markdown --output ../report.md .": {
    site: "moved",
    folder: "apps",
    writes: ["apps/web/pod.yaml", "report.md"],
    afterwards: "grep -q nginx:1.27 ../report.md",
  },
  "pin-digests -f pin-digests.yaml .": {
    site: "mirror",
    writes: ["web.yaml"],
    // The mirror's repository has another name, and so another digest here.
    afterwards: "grep -q nginx:1.27@sha256: web.yaml && ! grep -q $CURRENT web.yaml",
  },
  'for service in services/*; do pin-digests --lock-mode create "$service"; done': {
    site: "services",
    writes: [
      "services/blog/image-lock.yaml",
      "services/blog/web.yaml",
      "services/shop/image-lock.yaml",
      "services/shop/web.yaml",
    ],
    afterwards: "grep -q $APP services/shop/image-lock.yaml && ! grep -q $APP services/blog/image-lock.yaml",
  },
  "pin-digests update services/shop": {
    site: "services",
    writes: ["services/shop/web.yaml"],
    afterwards: "grep -q $CURRENT services/shop/web.yaml",
  },
  "pin-digests update --lock-mode create staging": {
    site: "environments",
    writes: ["staging/image-lock.yaml", "staging/web.yaml"],
    afterwards: "grep -q $CURRENT staging/image-lock.yaml",
  },
  "cp staging/image-lock.yaml production/image-lock.yaml": {
    site: "environments",
    before: "pin-digests update --lock-mode create staging",
    writes: ["production/image-lock.yaml"],
  },
  "pin-digests unpin production && pin-digests --lock-mode frozen production": {
    site: "environments",
    before: "pin-digests update --lock-mode create staging && cp staging/image-lock.yaml production",
    offline: true,
    writes: ["production/web.yaml"],
    afterwards: "diff -r staging production",
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
