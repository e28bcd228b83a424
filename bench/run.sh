#!/bin/bash
# The table of `make bench`: each figure beside a yardstick measured in the
# same run on the same bytes. DATA=DIR uses a prepared set (traces.rec,
# logs.rec, lines.txt, truth.json); else bench/gen makes one. CORPUS=DIR: its
# .log files as well. TIMES=5.
set -eu
cd "$(dirname "$0")/.."
O=${O:-build} BIN=${BIN:-bin} TIMES=${TIMES:-5}
measure() { "$O/bench/measure" -n "$TIMES" "$@"; }
work=$(mktemp -d "${TMPDIR:-/tmp}/otelutils-bench.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || :; rm -rf "$work"' EXIT
DATA=${DATA:-}
if [ -z "$DATA" ]; then
	DATA=$work/data
	mkdir "$DATA"
	echo "bench: making the data set" >&2
	"$O/bench/gen" -d "$DATA" -s 7
fi
for f in traces.rec logs.rec lines.txt truth.json; do
	[ -r "$DATA/$f" ] || { echo "bench: $DATA/$f: not there" >&2; exit 1; }
done
failed=0 busy=

wall() { awk "{ print \$1 }" <<<"$1"; }
cpu() { awk "{ print \$2 }" <<<"$1"; }
kib() { awk "{ print \$3 }" <<<"$1"; }

# live TOOL STORE: bytes of the live blocks (what a merge replaced stays for a
# minute, for readers)
live() { "$1" -d "$2" --info | awk '$1 == "all" { printf "%.0f", $4 * ($5 == "MiB" ? 1048576 : $5 == "KiB" ? 1024 : 1073741824) }'; }

# row NAME FIGURE UNIT YARDSTICK-NAME YARDSTICK REACH: a line with the ratio
row() {
	awk -v n="$1" -v f="$2" -v u="$3" -v yn="$4" -v y="$5" -v reach="$6" '
	function digits(x) { return x < 0.1 ? 5 : x < 100 ? 3 : 0 }
	BEGIN {
		ratio = y > 0 ? f / y : 0
		least = reach ~ /^>/; r = reach; gsub(/[<>=x ]/, "", r); r += 0
		ok = least ? ratio >= r : ratio <= r
		printf "%-46s %10.*f %-5s %-26s %10.*f %7.*fx %8s %s\n", n, digits(f), f, u, yn, digits(y), y, ratio < 0.1 ? 3 : 2, ratio, reach, ok ? "ok" : "NOT REACHED"
	}'
}
check() {	# NAME GOT WANT; while more comes in (busy), more is right, too
	[ "$2" = "$3" ] || { [ -n "$busy" ] && [ "$2" -gt "$3" ]; } ||
		{ echo "WRONG ANSWER: $1: $2, not $3"; failed=1; }
}

printf '%-46s %10s %-5s %-26s %10s %8s %8s\n' figure value '' yardstick value ratio reach
. bench/recv.sh
. bench/send.sh

# ingest TOOL STORE FILE DISK: FILE into $work/STORE, beside zstd of it; sets zt,
# zstd -1's cost
ingest() {
	local m size packed
	zt=$(measure "zstd -1 -c '$3'")
	packed=$(zstd -3 -q -c "$3" | wc -c)
	m=$(measure -p "rm -rf '$work/$2'" "$BIN/$1 -d '$work/$2' '$3'")
	row "$1, CPU, sealed and merged" "$(cpu "$m")" s "zstd -1, CPU" "$(cpu "$zt")" "<=3x"
	row "$1, peak memory" "$(($(kib "$m") / 1024))" MiB "128 MiB" 128 "<=1x"
	size=$(live "$BIN/$1" "$work/$2")
	row "$1, disk" "$((size / 1000))" kB "zstd -3" "$((packed / 1000))" "$4"
}
ingest tstore t "$DATA/traces.rec" "<=0.8x"
ingest lstore l "$DATA/logs.rec" "<=0.6x"
sync	# what was written goes to disk now, not while queries are timed

# what Loki does with it is not ours to measure: this one only says yes
"$O/fake/loki" >"$work/port" &
loki=$!
until [ -s "$work/port" ]; do sleep 0.02; done
m=$(measure "$BIN/logpush http://127.0.0.1:$(cat "$work/port") <'$DATA/logs.rec'")
kill $loki
row "logpush, CPU" "$(cpu "$m")" s "zstd -1, CPU" "$(cpu "$zt")" "<=5x"
row "logpush, peak memory" "$(($(kib "$m") / 1024))" MiB "100 MiB" 100 "<=1x"
echo "  ($(wc -l <"$DATA/lines.txt" | awk -v s="$(cpu "$m")" '{ printf "%.0f", $1 / s / 1000 }') thousand lines per CPU second)"

. bench/busy.sh
. bench/traces.sh
. bench/logs.sh
[ -z "${CORPUS:-}" ] || . bench/corpus.sh
exit $failed
