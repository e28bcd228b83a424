#!/bin/sh
# Run the conformance cases of one language: tests/conformance.sh LANG DIR
# Ends with "N passed, N failed"; cases beyond what is built are counted apart.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
O=${O:-build}
[ $# -eq 2 ] || { echo "usage: conformance.sh LANG DIR" >&2; exit 2; }
dir=$(cd "$2" && pwd)
cd "$here"
make --no-print-directory -s O="$O" "$O/conformance/$1"
exec "$O/conformance/$1" "$dir"
