#!/bin/sh
# Run one test for check.sh, which gives O, BIN, LOGS and CONFORMANCE: what it
# says goes to $LOGS/NAME.log, "passed failed" to $LOGS/NAME.sum.
set -u
name=$1
out=$LOGS/$(printf '%s' "$name" | tr / -)
start=$(date +%s)

# a test that hangs fails; a soak takes as long as it takes
limit() { timeout --foreground "$([ -n "${SOAK:-}" ] && echo 0 || echo 900)" "$@"; }
case $name in
*.bats) limit bats --tap "$name" ;;
fuzz/*) limit "$O/$name" "tests/fuzz/corpus/${name#fuzz/fuzz_}" ;;
conformance/*) limit sh tests/conformance.sh "${name#*/}" "$CONFORMANCE/${name#*/}" ;;
*) limit "$O/$name" ;;
esac >"$out.log" 2>&1 </dev/null
status=$?

# bats: its TAP lines are counted, a skip as a failure. Others say themselves,
# in a last "N passed, N failed", or count as one.
case $name in
*.bats) awk '/^ok / && !/ # skip/ { p++ } /^not ok / || /^ok .* # skip/ { f++ }
	END { print p + 0, f + 0 }' "$out.log" ;;
*) awk '/^[0-9]+ passed, [0-9]+ failed/ { p = $1; f = $3; said = 1 }
	END { print said ? p : 1 - (st != 0), f + 0 }' st="$status" "$out.log" ;;
esac | {
	read -r passed failed
	[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
	echo "$passed $failed" >"$out.sum"
	[ "$failed" -eq 0 ] && word=ok || word=FAILED
	echo "$word $name ($passed passed, $(($(date +%s) - start)) s)"
}
