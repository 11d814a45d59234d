#!/bin/sh
# Brings the images of folders up to date and commits that; without a change there is no commit.
set -eu
[ $# -gt 0 ] || set -- .
pin-digests update --lock-mode create "$@"
git add -A -- "$@"
git diff --cached --quiet -- "$@" || git commit --quiet -m "Move images to the digests of their tags" -- "$@"
