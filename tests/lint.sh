#!/bin/sh
# Static checks: cppcheck, clang-tidy, mandoc -Tlint, shellcheck. Those that
# are not installed are named and count as a failure. What the first two found
# no fault in is looked at again when it changed.
set -u
cd "$(dirname "$0")/.." || exit
O=${O:-build}
status=0
need() {
	command -v "$1" >/dev/null 2>&1 || { echo "lint: $1 is not installed"; status=1; return 1; }
}
jobs=$(nproc)
mkdir -p "$O/cppcheck"
need cppcheck && { cppcheck -q -j "$jobs" --cppcheck-build-dir="$O/cppcheck" --error-exitcode=1 \
	--std=c11 --enable=warning,portability \
	--inline-suppr --suppress=missingIncludeSystem --suppress=shiftTooManyBitsSigned \
	--suppress=ctunullpointer --suppress=ctuuninitvar --suppress=arrayIndexOutOfBoundsCond \
	--suppress=zerodivcond -D_GNU_SOURCE -Ilib lib cmd || status=1; }
need clang-tidy && { make --no-print-directory -s -k -j "$jobs" O="$O" tidy || status=1; }
need mandoc && { mandoc -Tlint -W warning man/*.[157] || status=1; }
need shellcheck && { shellcheck -x tests/*.sh tests/fake/*.sh tests/fuzz/*.sh examples/*.sh examples/*/*.sh bench/*.sh packaging/*.sh .ci/run || status=1; }
exit $status
