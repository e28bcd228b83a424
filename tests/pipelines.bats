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
sent() { [[ $(spool -l spool | grep ^cursor) == *"	0 bytes behind" ]]; }
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
	until_true sent
	ends TERM
}

# far: a receiver behind, into the spool far; sets URL
far() {
	rm -f far-ports
	otlp-recv -g none -H 127.0.0.1:0 --ports-file far-ports -o far 2>/dev/null 3>&- &
	FAR=$!
	PIDS+=("$FAR")
	until_true test -s far-ports
	URL=http://$(awk '$1 == "http" { print $2 }' far-ports)
}
# arrived FILE...: those records' items are in the spool far, at least once
arrived() { diff <(cat "$@" | items) <(spool -r far | items) >/dev/null; }
items() { rec -o json | grep -o '"spanId":"[0-9a-f]*"\|"body":{[^}]*}' | sort -u; }

@test "to-otlp.sh: what arrives goes on, all of it at the end" {
	far
	rec -r "$ROOT/examples/cart.jsonl" "$ROOT/examples/shop.jsonl" >in.rec
	pipeline to-otlp.sh "$URL"
	otlp-send "$HTTP" <in.rec
	ends INT
	arrived in.rec
}

@test "kept-to-otlp.sh: killed with the far side away, everything comes later" {
	far
	kill "$FAR"
	wait "$FAR"
	rec -r "$ROOT/examples/cart.jsonl" "$ROOT/examples/shop.jsonl" >in.rec
	pipeline kept-to-otlp.sh "$T/spool" "$URL"
	otlp-send "$HTTP" <in.rec
	ends KILL
	[ "$(spool -r far | wc -c)" -eq 0 ]
	far
	pipeline kept-to-otlp.sh "$T/spool" "$URL"
	until_true arrived in.rec
	until_true sent
	ends TERM
}
