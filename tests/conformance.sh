#!/bin/sh
# Run the shared cases of one language: conformance.sh LANGUAGE FOLDER. Prints
# what passed, failed, and is not in our scope yet (which is not a pass).
set -eu
cd "$(dirname "$0")/.."
exec "${O:-build}/conformance/$1" "$2"
