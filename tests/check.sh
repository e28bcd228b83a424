#!/bin/sh
# Run every test, JOBS (2) at a time, and end with "N passed, N failed".
# SOAK=1: the long forms.
#   tests/check.sh [PATTERN]     only the tests whose name has PATTERN
set -u
cd "$(dirname "$0")/.." || exit
O=${O:-build}
BIN=${BIN:-$PWD/$([ "$O" = build ] || echo "$O/")bin}
LOGS=$(mktemp -d "${TMPDIR:-/tmp}/otelutils-check.XXXXXX") || exit
CONFORMANCE=${CONFORMANCE:-../shared/conformance}
export O BIN LOGS CONFORMANCE
trap 'rm -rf "$LOGS"' EXIT
trap 'exit 130' INT TERM

for t in tests/crash/*.bats tests/*.bats "$O"/unit/test_* "$O"/fuzz/fuzz_* \
	"$CONFORMANCE"/traceql "$CONFORMANCE"/logql "$CONFORMANCE"/promql; do
	[ -e "$t" ] || continue
	case $t in
	*.d) ;;
	"$O"/*) echo "${t#"$O"/}" ;;
	"$CONFORMANCE"/*) echo "conformance/${t##*/}" ;;
	*) echo "$t" ;;
	esac
done | grep -F -e "${1:-}" >"$LOGS/names"
xargs -n 1 -P "${JOBS:-2}" sh tests/one.sh <"$LOGS/names"

passed=0 failed=0
while read -r name; do
	out=$LOGS/$(printf '%s' "$name" | tr / -)
	p=0 f=1	# without a sum it did not end
	[ ! -s "$out.sum" ] || read -r p f <"$out.sum"
	passed=$((passed + p)) failed=$((failed + f))
	[ "$f" -eq 0 ] || { printf '\nFAILED %s\n' "$name"; cat "$out.log"; }
done <"$LOGS/names"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
