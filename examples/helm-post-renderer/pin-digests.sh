#!/bin/sh
# Helm hands over the manifests on stdin and installs what comes on stdout. Helm 4 starts this through a link to its folder.
root=$(cd -P "$(dirname "$0")/../.." && pwd -P) || exit
manifests=$(cat)
# Helm 4 wants a text in any case, and a chart may render nothing.
[ -n "$manifests" ] || exec echo '# nothing is rendered'
printf '%s\n' "$manifests" | "$root/dist/main.js" "$@"
