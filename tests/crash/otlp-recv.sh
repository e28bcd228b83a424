#!/bin/bash
# kill -9 of `otlp-recv -o` under load, at random moments: what was
# acknowledged is in the spool exactly once, also after it was started again.
#   tests/crash/otlp-recv.sh [ROUNDS]
# BIN and O as the Makefile has them.
set -eu
cd "$(dirname "$0")/../.."
rounds=${1:-5} BIN=${BIN:-bin} O=${O:-build}
work=$(mktemp -d "${TMPDIR:-/tmp}/otelutils-crash.XXXXXX")
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT
trap 'echo "line $LINENO: $BASH_COMMAND: failed"; cat "$work/err" "$work/load"' ERR

"$O/bench/gen" -d "$work" -s 11 -t 4000 -l 2000
all=$("$BIN/rec" -c "$work/traces.rec" | awk '{ print $2 }')
half=$((all / 2)) killed=0

start() {
	rm -f "$work/ports"
	"$BIN/otlp-recv" -g 127.0.0.1:0 -H 127.0.0.1:0 -o "$work/spool" --ports-file "$work/ports" 2>>"$work/err" &
	pid=$!
	until [ -s "$work/ports" ]; do
		kill -0 "$pid" || { cat "$work/err"; exit 1; }
		sleep 0.01
	done
	grpc=$(sed -n 's/^grpc //p' "$work/ports") http=$(sed -n 's/^http //p' "$work/ports")
}

for ((i = 0; i < rounds; i++)); do
	rm -rf "$work/spool"
	start
	if [ $((i % 3)) -eq 2 ]; then way="-H -c 8" at=$http; else way="-c 4 -m 8" at=$grpc; fi
	# shellcheck disable=SC2086
	"$O/bench/otlp-load" $way -n "$half" -a "$work/acks1" "$at" "$work/traces.rec" >"$work/load" 2>&1 &
	load=$!
	sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || true
	wait "$load" || killed=$((killed + 1))
	[ -e "$work/acks1" ] || : >"$work/acks1"
	start
	"$O/bench/otlp-load" -c 2 -s "$half" -a "$work/acks2" "$grpc" "$work/traces.rec" >"$work/load"
	kill -TERM "$pid"
	wait "$pid"
	pid=
	"$O/bench/spool-has" "$work/spool" "$work/traces.rec" "$work/acks1" "$work/acks2" >"$work/said" || {
		echo "round $i:"; cat "$work/said"; cp -r "$work/spool" "$work.spool"; exit 1; }
	rm -f "$work/acks1" "$work/acks2"
done
echo "$rounds rounds, $killed killed under load: $(cat "$work/said")"
[ "$killed" -gt 0 ] || { echo "no kill came in time"; exit 1; }
