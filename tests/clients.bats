#!/usr/bin/env bats
# Real SDKs send with default settings; all they sent is in the records.
# What npm installs is kept in the build folder, by the lock file's hash.
load helper
load otlp-recv

setup_file() {
	local root hash
	root=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	hash=$(sha256sum "$root/tests/clients/package-lock.json" | cut -c1-16)
	export CLIENTS=$root/build/clients-$hash npm_config_cache=$root/build/npm
	if [ ! -e "$CLIENTS/ready" ]; then
		mkdir -p "$CLIENTS"
		cp "$root"/tests/clients/package*.json "$CLIENTS/"
		(cd "$CLIENTS" && npm ci --loglevel=error --ignore-scripts --no-audit --no-fund)
		touch "$CLIENTS/ready"
	fi
	cp "$root/tests/clients/app.js" "$CLIENTS/"
}

# send PROTOCOL [OPTION...]: a web shop and its client, 20 requests; what it sent is in
# sent.json, the records in out.rec
send() {
	recv "${@:2}"
	if [ "$1" = grpc ]; then at=$GRPC; else at=$HTTP; fi
	OTEL_SERVICE_NAME=shop OTEL_TRACES_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp \
		OTEL_EXPORTER_OTLP_PROTOCOL=$1 OTEL_EXPORTER_OTLP_ENDPOINT=${SCHEME:-http}://$at \
		node "$CLIENTS/app.js" 20 >sent.json 2>app.err 3>&-
	kill "$PID"
	wait "$PID"
	[ ! -s app.err ] || { cat app.err; false; }
	rec out.rec >out.jsonl
}

all_there() {
	# each request: a client's and a server's span of one trace, of shop
	jq -s -c '[.[].resourceSpans[]? | select(any(.resource.attributes[]; .key == "service.name" and .value.stringValue == "shop"))
		| .scopeSpans[].spans[] | [.traceId, .kind]] | sort' out.jsonl >spans
	jq -c '[.traces[] | [., 2], [., 3]] | sort' sent.json | diff - spans
	# each line, with the trace it belongs to and its nested attribute
	jq -s -c '[.[].resourceLogs[]?.scopeLogs[].logRecords[] | [.traceId, .body.stringValue, .severityNumber]] | sort' out.jsonl >lines
	jq -c '[[.traces, .lines] | transpose[] | [.[0], .[1], 9]] | sort' sent.json | diff - lines
	jq -s -e '[.[].resourceLogs[]?.scopeLogs[].logRecords[].attributes[] | select(.key == "nested")
		| .value.kvlistValue.values[0].value.arrayValue.values | length] == [range(20) | 3]' out.jsonl
	# the counter
	jq -s -e --argjson want "$(jq .counted sent.json)" '[.[].resourceMetrics[]?.scopeMetrics[].metrics[]
		| select(.name == "shop.orders") | .sum.dataPoints[] | (.asInt // .asDouble) | tonumber] | add == $want' out.jsonl
	[ "$(jq '.traces | length' sent.json)" -eq 20 ]
	# and by the query tools: every trace, every line, and the lines by trace
	tstore -d traces out.rec
	lstore -d logs out.rec
	tql -d traces --limit all -o ids '{ resource.service.name = "shop" && kind = server }' | sort >ids
	jq -r '.traces[]' sent.json | sort | diff - ids
	lql -d logs -n all -o raw '{service_name="shop"}' | sort >said
	jq -r '.lines[]' sent.json | sort | diff - said
	lql -d logs -n all -o raw --traces ids | sort | diff - said
	lql -d logs -n all -o ids '{service_name="shop"}' | sort | diff - ids
}

@test "OpenTelemetry JS: grpc" {
	send grpc
	all_there
}

@test "OpenTelemetry JS: http/protobuf" {
	send http/protobuf
	all_there
}

@test "OpenTelemetry JS: http/json" {
	send http/json
	all_there
}

authority() {	# ca.pem, and server.pem and me.pem by it
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca 2>/dev/null
	for name in server me; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -subj /CN=$name -out $name.csr 2>/dev/null
		printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' >ext
		openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out $name.pem 2>/dev/null
	done
}

@test "OpenTelemetry JS: compressed, TLS, a token" {
	authority
	export NODE_OPTIONS=--no-deprecation	# an IP address as the name
	echo right >tokens
	export OTEL_EXPORTER_OTLP_COMPRESSION=gzip OTEL_EXPORTER_OTLP_CERTIFICATE=$T/ca.pem
	export OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer right'
	for protocol in grpc http/protobuf http/json; do
		SCHEME=https send $protocol -c server.pem -k server.key --token-file tokens
		rm -rf traces logs
		all_there
	done
	export OTEL_EXPORTER_OTLP_HEADERS='Authorization=Bearer wrong'
	for protocol in grpc http/protobuf http/json; do
		SCHEME=https send $protocol -c server.pem -k server.key --token-file tokens || true
		grep -qi '401\|unauth' app.err
		[ ! -s out.rec ]
	done
}

@test "OpenTelemetry JS: a deadline that passes; the next ones are served" {
	mkfifo out
	otlp-recv -g 0 -H 0 --ports-file ports >out 2>err 3>&- &
	PIDS+=("$!")
	exec 7<>out	# there is a reader, which does not read
	until_true test -s ports
	http=$(sed -n 's/^http //p' ports)
	# field 1000 of 4 MB, which no pipe holds
	{ printf '\302\076\200\222\364\001'; head -c 4000000 /dev/zero; } >large
	curl -s -m 100 -o /dev/null -w '%{http_code}' -H 'content-type: application/x-protobuf' --data-binary @large "http://$http/v1/traces" >status 3>&- 7>&- &
	curl=$!
	PIDS+=("$curl")
	at=$(sed -n 's/^grpc //p' ports)
	OTEL_SERVICE_NAME=shop OTEL_TRACES_EXPORTER=otlp OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none \
		OTEL_EXPORTER_OTLP_TIMEOUT=300 OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT=http://$at \
		node "$CLIENTS/app.js" 3 >sent.json 2>app.err 3>&- 7>&- || true
	grep -qi 'deadline' app.err
	cat <&7 >out.rec 3>&- &
	PIDS+=("$!")
	wait "$curl"
	[ "$(cat status)" = 200 ]
	[ "$(curl -s -m 20 -o /dev/null -w '%{http_code}' -H 'content-type: application/json' -d '{}' "http://$http/v1/traces")" = 200 ]
	exec 7>&-
}

@test "OpenTelemetry JS: mutual TLS" {
	authority
	export NODE_OPTIONS=--no-deprecation	# an IP address as the name
	export OTEL_EXPORTER_OTLP_CERTIFICATE=$T/ca.pem
	for with in yes no; do
		for protocol in grpc http/protobuf; do
			if [ $with = no ]; then
				SCHEME=https send $protocol -c server.pem -k server.key --client-ca ca.pem || true
				[ ! -s out.rec ]
				continue
			fi
			OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=$T/me.pem OTEL_EXPORTER_OTLP_CLIENT_KEY=$T/me.key \
				SCHEME=https send $protocol -c server.pem -k server.key --client-ca ca.pem
			rm -rf traces logs
			all_there
		done
	done
}
