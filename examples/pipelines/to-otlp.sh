#!/bin/sh
# to-otlp.sh [OPTION ...] [URL]: what arrives by OTLP goes on by OTLP, in
# requests of a good size. ^C ends it: what was received is sent first. What is
# killed loses what is in the pipe: see kept-to-otlp.sh.
#
# The arguments are otlp-send's. GRPC and HTTP set where to listen
# (127.0.0.1:4317 and 127.0.0.1:4318), PORTS a file to write the addresses to.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
[ ! -x "$here/bin/otlp-recv" ] || PATH=$here/bin:$PATH
trap : INT TERM	# the receiver ends by them, and the rest with its input

otlp-recv -g "${GRPC:-127.0.0.1:4317}" -H "${HTTP:-127.0.0.1:4318}" --ports-file "${PORTS:-/dev/null}" |
	batch | otlp-send "$@"
