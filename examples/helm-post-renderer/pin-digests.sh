#!/bin/sh
# Helm hands over the manifests on stdin and installs what comes on stdout.
exec "$(dirname "$0")/../../dist/main.js" "$@"
