# The receiver's rows; sourced by run.sh (row, measure, DATA, work, O, BIN).
# shellcheck shell=bash disable=SC2154

# recv_start SINK OPTION...: otlp-recv on free ports, its stdout into SINK (a
# command); its figures go to $work/cost when it ends
recv_start() {
	local sink=$1
	shift
	rm -f "$work/ports" "$work/cost"
	"$O/bench/measure" -n 1 -w "$work/cost" "exec '$BIN/otlp-recv' -g 127.0.0.1:0 -H 127.0.0.1:0 --ports-file '$work/ports' $* 2>/dev/null" | $sink &
	recv_job=$!
	while [ ! -s "$work/ports" ]; do sleep 0.01; done
	grpc=$(sed -n 's/^grpc //p' "$work/ports") http=$(sed -n 's/^http //p' "$work/ports")
}

# recv_end: TERM; its figures are in $work/cost after
recv_end() {
	local pid
	pid=$(pgrep -f -- "--ports-file $work/ports" | while read -r p; do
		[ "$(readlink "/proc/$p/exe")" = "$(realpath "$BIN/otlp-recv")" ] && echo "$p"; done)
	kill -TERM "$pid"
	wait "$recv_job"
}

# recv_cpu OPTION...: least CPU of otlp-recv for the whole file, via its pipe
recv_cpu() {
	local i best=
	for ((i = 0; i < TIMES; i++)); do
		recv_start cat >/dev/null
		case $1 in
		grpc) "$O/bench/otlp-load" -c 4 -m 8 "$grpc" "$DATA/traces.rec" >/dev/null ;;
		http) "$O/bench/otlp-load" -H -c 8 "$http" "$DATA/traces.rec" >/dev/null ;;
		esac
		recv_end
		best=$(awk -v b="$best" '{ print((b == "" || $2 < b) ? $2 : b) }' "$work/cost")
	done
	echo "$best"
}

# recv_rate SYNC: most MB/s into a spool, 8 connections of 8 in flight
recv_rate() {
	local i best=
	for ((i = 0; i < TIMES; i++)); do
		rm -rf "$work/spool"
		recv_start true -o "$work/spool" --sync "$1"
		best=$("$O/bench/otlp-load" -c 8 -m 8 "$grpc" "$DATA/traces.rec" |
			sed -nE 's/.* ([0-9.]+) MB\/s.*/\1/p' | awk -v b="$best" '{ print((b == "" || $1 > b) ? $1 : b) }')
		recv_end
	done
	rm -rf "$work/spool"
	echo "$best"
}

# recv_post [OPTION...]: least CPU of otlp-recv for 200 posts of 4 MB on one
# connection of curl; with options, over TLS
recv_post() {
	local i best='' scheme=http
	[ $# -eq 0 ] || scheme=https
	{ printf '\302\076\200\222\364\001'; head -c 4000000 /dev/zero; } >"$work/body"
	for ((i = 0; i < TIMES; i++)); do
		recv_start true -o "$work/spool" --sync none "$@"
		for ((k = 0; k < 200; k++)); do
			printf 'url = %s://%s/v1/traces\noutput = /dev/null\n' $scheme "$http"
		done >"$work/posts"
		curl -s -k --http2 -K "$work/posts" -H 'Content-Type: application/x-protobuf' -H 'Expect:' --data-binary "@$work/body"
		recv_end
		rm -rf "$work/spool"
		best=$(awk -v b="$best" '{ print((b == "" || $2 < b) ? $2 : b) }' "$work/cost")
	done
	rm -f "$work/body" "$work/posts"
	echo "$best"
}

# recv_spans: most spans per CPU second of otlp-recv to its stdout, and the
# peak memory in MiB, of ten connections of 8 in flight
recv_spans() {
	local i spans best=
	spans=$("$BIN/rec" -c "$DATA/traces.rec" | cut -f3)
	for ((i = 0; i < TIMES; i++)); do
		recv_start cat >/dev/null
		"$O/bench/otlp-load" -c 10 -m 8 "$grpc" "$DATA/traces.rec" >/dev/null
		recv_end
		best=$(awk -v b="$best" -v n="$spans" '{ v = n / $2; if (b == "" || v > b + 0) b = v " " $3 / 1024; print b }' "$work/cost")
	done
	echo "$best"
}

gb=$(stat -c %s "$DATA/traces.rec" | awk '{ print $1 / 1e9 }')
c=$(measure "cat '$DATA/traces.rec' | cat >/dev/null")
c=$(echo "$c" | awk -v gb="$gb" '{ print $2 / gb }')
for way in grpc http; do
	r=$(recv_cpu $way | awk -v gb="$gb" '{ print $1 / gb }')
	row "otlp-recv, CPU per GB, $way" "$r" s "cat f | cat, CPU per GB" "$c" "<=2.5x"
done
r=$(recv_spans)
row "otlp-recv, spans per CPU second, gRPC" "${r% *}" /s "a million" 1000000 ">=1x"
row "otlp-recv, peak memory, 10 connections" "${r#* }" MiB "32 MiB" 32 "<=1x"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=bench 2>/dev/null
r=$(recv_post)
row "otlp-recv, CPU for 0.8 GB, TLS" "$(recv_post -c "$work/cert.pem" -k "$work/key.pem")" s "the same in the clear" "$r" "<=3x"
none=$(recv_rate none)
row "otlp-recv -o, 8 x 8 in flight" "$(recv_rate each)" MB/s "--sync none" "$none" ">=0.7x"
printf '  (a sync of %s here takes %s ms)\n' "$work" "$(
	dd if=/dev/zero of="$work/sync" bs=64k count=50 oflag=dsync 2>&1 | awk '/copied/ { for (i = 1; i < NF; i++) if ($(i + 1) ~ /^s,/) print $i / 50 * 1000 }')"
rm -f "$work/sync"
