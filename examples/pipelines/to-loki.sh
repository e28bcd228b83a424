#!/bin/sh
# to-loki.sh [URL]: what arrives by OTLP goes to Loki; a switchboard in one
# line. ^C ends it: what was received is sent first. What is killed loses what
# is in the pipe: see kept-to-loki.sh.
#
# URL is Loki's (http://localhost:3100). GRPC and HTTP set where to listen
# (127.0.0.1:4317 and 127.0.0.1:4318), PORTS a file to write the addresses to.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
[ ! -x "$here/bin/otlp-recv" ] || PATH=$here/bin:$PATH
trap : INT TERM	# the receiver ends by them, and the rest with its input

otlp-recv -g "${GRPC:-127.0.0.1:4317}" -H "${HTTP:-127.0.0.1:4318}" --ports-file "${PORTS:-/dev/null}" |
	batch | logpush "${1:-http://localhost:3100}"
