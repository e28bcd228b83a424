#!/bin/sh
# Run the fuzz targets under clang's libFuzzer with ASAN and UBSAN.
#   tests/fuzz/run.sh [SECONDS [TARGET ...]]     default: 300 seconds, all
# New inputs go to build-fuzz/corpus/TARGET, findings to build-fuzz/findings.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-300}
[ $# -eq 0 ] || shift
if [ $# -eq 0 ]; then
	for f in tests/fuzz/fuzz_*.c; do
		f=${f##*/fuzz_}
		set -- "$@" "${f%.c}"
	done
fi
clang=$(command -v clang || command -v clang-14 || command -v clang-19) ||
	{ echo "fuzz: no clang: apt-get install clang libclang-rt-dev" >&2; exit 1; }
found=0
for t; do
	make --no-print-directory -s O=build-fuzz CC="$clang" FUZZ_MAIN= CFLAGS="-O1 -g" WARN= \
		SANFLAGS="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined" \
		LDFLAGS="-fsanitize=fuzzer" "build-fuzz/fuzz/fuzz_$t"
	seeds=tests/fuzz/corpus/$t
	mkdir -p "build-fuzz/corpus/$t" build-fuzz/findings build-fuzz/none
	[ -d "$seeds" ] || seeds=build-fuzz/none
	echo "fuzz_$t: $seconds s"
	"build-fuzz/fuzz/fuzz_$t" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 \
		-print_final_stats=0 -verbosity=0 -artifact_prefix="build-fuzz/findings/$t-" \
		"build-fuzz/corpus/$t" "$seeds" ||
		{ found=$((found + 1)); echo "fuzz_$t: a finding" >&2; }
done
echo "$# targets, $found with findings"
[ "$found" -eq 0 ]
