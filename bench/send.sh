# The pipe to another OTLP server; sourced by run.sh (DATA, work, O, BIN).
# shellcheck shell=bash disable=SC2154

# send_pid FILE: otlp-recv that writes this ports file
send_pid() {
	pgrep -f -- "--ports-file $1" | while read -r p; do
		[ "$(readlink "/proc/$p/exe")" = "$(realpath "$BIN/otlp-recv")" ] && echo "$p"; done
}

# send_run FORM OPTION...: otlp-load sends the whole file through otlp-recv |
# batch | otlp-send to another otlp-recv; "WALL CPU KIB" of the three
send_run() {
	local form=$1 far far_job near
	shift
	rm -f "$work/far" "$work/near" "$work/cost"
	"$BIN/otlp-recv" -g 127.0.0.1:0 -H 127.0.0.1:0 --ports-file "$work/far" >"$work/far.rec" 2>/dev/null &
	far_job=$!
	while [ ! -s "$work/far" ]; do sleep 0.01; done
	far=http://$(sed -n "s/^$([ "$form" = grpc ] && echo grpc || echo http) //p" "$work/far")
	"$O/bench/measure" -n 1 -w "$work/cost" "'$BIN/otlp-recv' -g 127.0.0.1:0 -H 127.0.0.1:0 --ports-file '$work/near' 2>/dev/null |
		'$BIN/batch' | '$BIN/otlp-send' -P $form $* '$far'" &
	near=$!
	while [ ! -s "$work/near" ]; do sleep 0.01; done
	"$O/bench/otlp-load" -c 4 -m 8 "$(sed -n 's/^grpc //p' "$work/near")" "$DATA/traces.rec" >/dev/null
	kill -TERM "$(send_pid "$work/near")"
	wait "$near"
	kill -TERM "$far_job"
	wait "$far_job"
	"$BIN/rec" -c "$work/far.rec" | cut -f3 >"$work/arrived"
	rm -f "$work/far.rec"
	cat "$work/cost"
}

send_items=$("$BIN/rec" -c "$DATA/traces.rec" | cut -f3)
for way in "grpc -z none" "http -z none" "http -z gzip"; do
	best=
	for ((i = 0; i < TIMES; i++)); do
		# shellcheck disable=SC2086
		best=$({ echo "$best"; send_run $way; } | awk 'NF == 3 && (b == "" || $2 < c) { b = $0; c = $2 } END { print b }')
		check "recv | batch | send -P $way" "$(cat "$work/arrived")" "$send_items"
	done
	awk -v w="$way" -v n="$send_items" '{ printf "%-46s %10.0f %-5s %8.2f s CPU, peak %.1f MiB a tool\n",
		"recv | batch | send -P " w, n / $2 / 1000, "k/s", $2, $3 / 1024 }' <<<"$best"
done
