#!/bin/sh
# Static checks: clang-tidy, cppcheck, mandoc -Tlint, shellcheck. Those that
# are not installed are named and count as a failure.
set -u
cd "$(dirname "$0")/.." || exit
status=0
need() {
	command -v "$1" >/dev/null 2>&1 || { echo "lint: $1 is not installed"; status=1; return 1; }
}
flags="-std=c11 -D_GNU_SOURCE -Ilib -Ibuild/gen -Itests"
need cppcheck && { cppcheck -q --error-exitcode=1 --std=c11 --enable=warning,portability \
	--inline-suppr --suppress=missingIncludeSystem --suppress=shiftTooManyBitsSigned \
	--suppress=ctunullpointer --suppress=ctuuninitvar --suppress=arrayIndexOutOfBoundsCond -D_GNU_SOURCE -Ilib lib cmd || status=1; }
# shellcheck disable=SC2086 # flags are words
need clang-tidy && { clang-tidy --quiet --warnings-as-errors='*' \
	--checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-assignment-in-if-condition,-bugprone-narrowing-conversions,-bugprone-reserved-identifier,-bugprone-branch-clone,-bugprone-implicit-widening-of-multiplication-result,-clang-analyzer-security.insecureAPI.*' \
	lib/*/*.c cmd/*.c -- $flags 2>/dev/null || status=1; }
need mandoc && { mandoc -Tlint -W warning man/*.[157] || status=1; }
need shellcheck && { shellcheck -x tests/*.sh tests/fuzz/*.sh examples/*.sh bench/*.sh .ci/run || status=1; }
exit $status
