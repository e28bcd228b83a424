#!/usr/bin/env bats
# otlp-recv: what it takes, what it refuses, and how it ends.
load helper

# recv OPTION...: starts it on free ports; sets GRPC, HTTP, PID. Records go
# to out.rec.
recv() {
	rm -f ports
	otlp-recv -g 0 -H 0 --ports-file ports "$@" >out.rec 2>err 3>&- &
	PID=$!
	PIDS+=("$PID")
	until_true test -s ports
	GRPC=$(awk '$1 == "grpc" { print $2 }' ports)
	HTTP=$(awk '$1 == "http" { print $2 }' ports)
}

# post PATH TYPE CURL-OPTION...: prints the status, body in ./body
post() {
	local path=$1 type=$2
	shift 2
	curl -s -m 20 -o body -D head -w '%{http_code}\n' -H "Content-Type: $type" "$@" "http://$HTTP$path"
}

stop() { kill -TERM "$PID" && wait "$PID"; }

PB=application/x-protobuf
JSON=application/json

@test "an empty protobuf request is a success and no record" {
	recv
	[ "$(post /v1/traces $PB --data-binary '')" = 200 ]
	[ ! -s body ]
	grep -qi '^content-type: application/x-protobuf' head
	stop
	[ ! -s out.rec ]
}

@test "what is not served: path, method, type, coding" {
	recv
	[ "$(post /v1/nothing $PB -d x)" = 404 ]
	[ "$(post /v1/traces $PB -X GET)" = 405 ]
	grep -qi '^allow: POST' head
	[ "$(post /v1/traces text/plain -d x)" = 415 ]
	[ "$(post /v1/traces $PB -H 'Content-Encoding: br' -d x)" = 415 ]
}

@test "bytes that are no protobuf are refused and not kept" {
	recv
	[ "$(post /v1/logs $PB --data-binary 'hello world')" = 400 ]
	[ "$(post /v1/logs $JSON -d '{')" = 400 ]
	grep -q '"message"' body
	stop
	[ ! -s out.rec ]
}

@test "wrong options exit with 2" {
	fails 2 otlp-recv --sync sometimes
	fails 2 otlp-recv --max-message 65M
	fails 2 otlp-recv -g none -H ''
	fails 2 otlp-recv operand
	fails 2 otlp-recv -g nowhere
}

@test "a port that is taken is said" {
	recv
	fails 1 otlp-recv -g "$GRPC" -H none
	[[ $output == "otlp-recv: $GRPC: listen: "* ]]
}
