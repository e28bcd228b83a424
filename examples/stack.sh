#!/bin/bash
# stack.sh [DIR]: receive OpenTelemetry and keep it, in one folder, in the
# foreground. ^C stops it and loses nothing that was acknowledged.
#
#   DIR/spool    what arrived, durable before it is answered
#   DIR/traces   tstore's folder:   tql -d DIR/traces
#   DIR/logs     lstore's folder:   lql -d DIR/logs
#
# GRPC and HTTP set where to listen (127.0.0.1:4317 and 127.0.0.1:4318).
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
[ ! -x "$here/bin/otlp-recv" ] || PATH=$here/bin:$PATH
dir=${1:-otelutils-data}
mkdir -p "$dir/traces" "$dir/logs"
# those it starts hold the lock, too: it is free when all have gone
exec 9>>"$dir/lock"
flock -n 9 || { echo "stack: $dir: another one runs there" >&2; exit 1; }
rm -f "$dir/ports"

recv='' stores=''
stop() {
	trap '' INT TERM
	# the receiver first: it answers what it has taken
	[ -z "$recv" ] || kill -TERM "$recv" 2>/dev/null || :
	[ -z "$recv" ] || wait "$recv" || :
	for p in $stores; do kill -TERM "$p" 2>/dev/null || :; done
	for p in $stores; do wait "$p" || :; done
}
trap 'stop; exit 0' INT TERM
trap stop EXIT

otlp-recv -o "$dir/spool" --ports-file "$dir/ports" \
	-g "${GRPC:-127.0.0.1:4317}" -H "${HTTP:-127.0.0.1:4318}" &
recv=$!
while [ ! -s "$dir/ports" ]; do
	kill -0 "$recv" 2>/dev/null || exit 1
	sleep 0.02
done
tstore -d "$dir/traces" "$dir/spool" &
stores=$!
lstore -d "$dir/logs" "$dir/spool" &
stores="$stores $!"

echo "ready: $(tr '\n' ' ' <"$dir/ports")" >&2
echo "ask:   tql -d $dir/traces    lql -d $dir/logs    (^C here stops)" >&2
# none of them ends by itself, but for a fault, which it said
wait -n || :
echo "stack: not without all three: stopping" >&2
false
