# otlp-recv.bash: what tests of otlp-recv, and those that send to it, share;
# after helper.

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

# recv OPTION...: starts it on free ports; sets GRPC, HTTP, PID. Records go
# to out.rec.
recv() {
	rm -f ports
	otlp-recv -g 0 -H 0 --ports-file ports "$@" >out.rec 2>err 3>&- &
	PID=$!
	PIDS+=("$PID")
	until_true test -s ports
	GRPC=$(awk '$1 == "grpc" { print $2; exit }' ports)
	HTTP=$(awk '$1 == "http" { print $2; exit }' ports)
}

# authority NAME: NAME.pem and NAME.key, which sign
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1" 2>/dev/null
}

# cert NAME CA [EXTENSION...]: NAME.pem and NAME.key, signed by CA
cert() {
	local name=$1 ca=$2
	shift 2
	openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
	openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
	printf '%s\n' "$@" >ext
	openssl x509 -req -in "$name.csr" -CA "$ca.pem" -CAkey "$ca.key" -CAcreateserial -days 2 -extfile ext -out "$name.pem" 2>/dev/null
}

# post PATH TYPE CURL-OPTION...: prints the status, body in ./body; URL is
# where, if not at $HTTP
post() {
	local path=$1 type=$2
	shift 2
	curl -s -m 20 -o body -D head -w '%{http_code}\n' -H "Content-Type: $type" "$@" "${URL:-http://$HTTP}$path"
}

stop() { kill -TERM "$PID" && wait "$PID"; }

PB=application/x-protobuf
JSON=application/json
LOAD=$ROOT/${O:-build}/bench

span() {	# a request of one span, as JSON; the argument is its span id
	cat <<-END
	{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
	"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"$1","name":"GET /",
	"kind":2,"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000500000000"}]}]}]}
	END
}

# grpc FILE [CURL-OPTION...]: sends the message in it, prints the answer's
# headers and trailers; METHOD is which, if not traces' Export
grpc() {
	local file=$1 n
	shift
	n=$(wc -c <"$file")
	{ printf '\0\0\0'; printf "\\x$(printf %02x $((n / 256)))\\x$(printf %02x $((n % 256)))"; cat "$file"; } >msg
	curl -s -m 20 -i --http2-prior-knowledge --data-binary @msg -H 'te: trailers' -H 'content-type: application/grpc' \
		"$@" "${URL:-http://$GRPC}/${METHOD:-opentelemetry.proto.collector.trace.v1.TraceService/Export}" | tr -d '\r'
}
