#!/bin/sh
# Static checks: clang-tidy, cppcheck, mandoc -Tlint, shellcheck. Those that
# are not installed are named and count as a failure.
set -u
cd "$(dirname "$0")/.." || exit
status=0
need() {
	command -v "$1" >/dev/null 2>&1 || { echo "lint: $1 is not installed"; status=1; return 1; }
}
jobs=$(nproc)
need cppcheck && { cppcheck -q -j "$jobs" --error-exitcode=1 --std=c11 --enable=warning,portability \
	--inline-suppr --suppress=missingIncludeSystem --suppress=shiftTooManyBitsSigned \
	--suppress=ctunullpointer --suppress=ctuuninitvar --suppress=arrayIndexOutOfBoundsCond \
	--suppress=zerodivcond -D_GNU_SOURCE -Ilib lib cmd || status=1; }
checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters'
# sizeof-expression: means lists of pointers grown by sizeof *list, all right;
# what else it finds gcc does, too (-Wsizeof-pointer-memaccess, -div, -array)
for c in assignment-in-if-condition narrowing-conversions reserved-identifier branch-clone \
	implicit-widening-of-multiplication-result sizeof-expression; do
	checks=$checks,-bugprone-$c
done
checks="$checks,-clang-analyzer-security.insecureAPI.*,-clang-analyzer-valist.Uninitialized"
# shellcheck disable=SC2016 # sh expands it
need clang-tidy && { printf '%s\n' lib/*/*.c cmd/*.c | xargs -n 4 -P "$jobs" sh -c \
	'clang-tidy --quiet --warnings-as-errors="*" --checks="$0" "$@" -- \
	-std=c11 -D_GNU_SOURCE -Ilib -Ibuild/gen 2>/dev/null' "$checks" || status=1; }
need mandoc && { mandoc -Tlint -W warning man/*.[157] || status=1; }
need shellcheck && { shellcheck -x tests/*.sh tests/fake/*.sh tests/fuzz/*.sh examples/*.sh examples/*/*.sh bench/*.sh packaging/*.sh .ci/run || status=1; }
exit $status
