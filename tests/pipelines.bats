#!/usr/bin/env bats
# The scripts of examples/pipelines, each with something going through it.
load helper

# loki: a pretended one, sets URL; see tests/fake/loki.c
loki() {
	rm -f port
	"$ROOT/${O:-build}/fake/loki" -o lines -l log ${1:+-s "$1"} >port 2>loki.err 3>&- &
	LOKI=$!
	PIDS+=("$LOKI")
	until_true test -s port
	URL=http://127.0.0.1:$(cat port)
}

# pipeline SCRIPT ARGUMENT...: in a process group of its own, GROUP; on free
# ports, sets HTTP
pipeline() {
	local script=$1
	shift
	rm -f ports
	GRPC=127.0.0.1:0 HTTP=127.0.0.1:0 PORTS=$T/ports setsid "$ROOT/examples/pipelines/$script" "$@" \
		>/dev/null 2>err 3>&- &
	GROUP=$!
	PIDS+=("$GROUP" "-$GROUP")
	until_true test -s ports
	HTTP=http://$(awk '$1 == "http" { print $2 }' ports)
}

# ends SIGNAL: as ^C (INT) does, to all of them
ends() {
	kill "-$1" -- "-$GROUP"
	wait "$GROUP" || [ "$1" = KILL ]
}

logs() { rec -r -s logs "$ROOT/examples/shop.jsonl"; }
came() { [ "$(sort -u lines | wc -l)" -eq "$1" ]; }

@test "to-loki.sh: what arrives goes to Loki, all of it at the end" {
	loki
	pipeline to-loki.sh "$URL"
	logs | otlp-send "$HTTP"
	until_true came 41
	rec -r "$ROOT/examples/cart.jsonl" | otlp-send "$HTTP"
	n=$(rec -r -s logs "$ROOT/examples/cart.jsonl" | rec -c | cut -f3)
	ends INT
	came $((41 + n))
}

@test "kept-to-loki.sh: killed with Loki away, everything comes later" {
	loki
	kill "$LOKI"
	wait "$LOKI" || true
	pipeline kept-to-loki.sh "$T/spool" "$URL"
	logs | otlp-send "$HTTP"
	ends KILL
	[ ! -s lines ]
	loki
	pipeline kept-to-loki.sh "$T/spool" "$URL"
	until_true came 41
	sent() { [[ $(spool -l spool | grep ^cursor) == *"	0 bytes behind" ]]; }
	until_true sent
	ends TERM
}
