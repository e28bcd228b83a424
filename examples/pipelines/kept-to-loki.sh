#!/bin/sh
# kept-to-loki.sh [DIR [URL]]: the same as to-loki.sh, and nothing that was
# acknowledged is ever lost: it is in the spool DIR (otel-spool) until Loki
# has it, whatever is killed or away meanwhile. Start it again to go on.
#
# Other readers can have cursors of their own in the same spool: lstore,
# tstore, otlp-send. See spool(5).
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
[ ! -x "$here/bin/otlp-recv" ] || PATH=$here/bin:$PATH
dir=${1:-otel-spool}

otlp-recv -o "$dir" -g "${GRPC:-127.0.0.1:4317}" -H "${HTTP:-127.0.0.1:4318}" --ports-file "${PORTS:-/dev/null}" &
recv=$!
trap 'kill "$recv" 2>/dev/null || :' EXIT
trap 'exit 0' INT TERM
while [ ! -e "$dir/ID" ]; do
	kill -0 "$recv" 2>/dev/null || exit 1
	sleep 0.02
done
# tries for ever: the spool is the queue
logpush -r "$dir" -c loki --tries 0 "${2:-http://localhost:3100}" &
wait $!
