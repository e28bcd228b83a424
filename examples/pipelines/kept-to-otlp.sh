#!/bin/sh
# kept-to-otlp.sh DIR [OPTION ...] [URL]: the same as to-otlp.sh, and nothing
# that was acknowledged is ever lost: it is in the spool DIR until the far side
# has it, whatever is killed or away meanwhile. Start it again to go on.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
[ ! -x "$here/bin/otlp-recv" ] || PATH=$here/bin:$PATH
dir=${1:?which folder}
shift

otlp-recv -o "$dir" -g "${GRPC:-127.0.0.1:4317}" -H "${HTTP:-127.0.0.1:4318}" --ports-file "${PORTS:-/dev/null}" &
recv=$!
trap 'kill "$recv" 2>/dev/null || :' EXIT
trap 'exit 0' INT TERM
while [ ! -e "$dir/ID" ]; do
	kill -0 "$recv" 2>/dev/null || exit 1
	sleep 0.02
done
spool -R otlp "$dir"
# the sink alone moves the cursor (-k), and tries for ever: the spool is the
# queue
spool -r -f -k -c otlp "$dir" | batch | otlp-send --ack "$dir:otlp" --give-up 0 "$@" &
wait $!
