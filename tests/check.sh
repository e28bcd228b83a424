#!/bin/sh
# Run every test and end with "N passed, N failed". SOAK=1: the long forms.
#   tests/check.sh [PATTERN]     only the tests whose file name has PATTERN
set -u
cd "$(dirname "$0")/.." || exit
only=${1:-}
O=${O:-build}
BIN=${BIN:-$PWD/bin}
export O BIN
passed=0 failed=0

# count NAME STATUS OUTPUT: adds the output's own "N passed, N failed", or 1
count() {
	line=$(printf '%s\n' "$3" | grep -E '^[0-9]+ passed, [0-9]+ failed' | tail -n 1)
	p=$(printf '%s' "$line" | sed -nE 's/^([0-9]+) passed.*/\1/p')
	f=$(printf '%s' "$line" | sed -nE 's/^[0-9]+ passed, ([0-9]+) failed.*/\1/p')
	if [ "$2" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then f=1; fi
	if [ "$2" -eq 0 ] && [ -z "$line" ]; then p=1; fi
	passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
	if [ "${f:-0}" -gt 0 ]; then
		printf 'FAILED %s\n%s\n' "$1" "$3"
	else
		printf 'ok %s (%s)\n' "$1" "${p:-0}"
	fi
}

run() {
	name=$1
	shift
	case $name in *"$only"*) ;; *) return ;; esac
	out=$("$@" 2>&1 </dev/null)
	count "$name" $? "$out"
}

for t in "$O"/unit/test_*; do
	case $t in *.d) continue ;; esac
	run "unit/${t##*/}" "$t"
done
for t in "$O"/fuzz/fuzz_*; do
	case $t in *.d) continue ;; esac
	run "fuzz/${t##*/}" "$t" "tests/fuzz/corpus/${t##*/fuzz_}"
done

# bats: its TAP lines are counted
for t in tests/*.bats tests/crash/*.bats; do
	[ -e "$t" ] || continue
	case $t in *"$only"*) ;; *) continue ;; esac
	out=$(bats --tap "$t" 2>&1 </dev/null)
	status=$?
	p=$(printf '%s\n' "$out" | grep -c '^ok ')
	f=$(printf '%s\n' "$out" | grep -c '^not ok ')
	skips=$(printf '%s\n' "$out" | grep -c '^ok .* # skip')
	f=$((f + skips)) p=$((p - skips))
	[ $status -eq 0 ] || [ "$f" -gt 0 ] || f=1
	count "$t" "$([ "$f" -eq 0 ]; echo $?)" "$out
$p passed, $f failed"
done

for d in ../shared/conformance "${CONFORMANCE:-}"; do
	if [ -n "$d" ] && [ -d "$d" ] && [ -e tests/conformance.sh ]; then
		for l in traceql logql; do
			[ -d "$d/$l" ] && run "conformance/$l" sh tests/conformance.sh "$l" "$d/$l"
		done
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
