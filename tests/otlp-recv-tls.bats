#!/usr/bin/env bats
# otlp-recv: TLS, mutual TLS, and both protocols behind one port.
load helper
load otlp-recv

secure() {	# recv with the server's certificate; URL is where
	authority ca
	cert server ca 'subjectAltName=IP:127.0.0.1' extendedKeyUsage=serverAuth
	recv -c server.pem -k server.key "$@"
	URL=https://$HTTP
}

ok() {	# CURL-OPTION...: one request of an empty body is a success
	[ "$(post /v1/traces $PB --data-binary '' --cacert ca.pem "$@")" = 200 ]
}

@test "both protocols on both ports, in the clear" {
	recv
	span eee19b7ec3c1b174 >span.json
	for at in "$GRPC" "$HTTP"; do
		URL=http://$at
		[ "$(post /v1/traces $JSON -d @span.json)" = 200 ]
		[ "$(post /v1/traces $JSON --http2-prior-knowledge -d @span.json)" = 200 ]
		[ "$(cat body)" = '{}' ]
		printf '\012\0' >empty
		grpc empty | sed 's/^[^a-z]*//' | grep -q '^grpc-status: 0'
		[ "$(post /v1/nothing $JSON --http2-prior-knowledge -d x)" = 404 ]
		[ "$(post /v1/traces $JSON --http2-prior-knowledge -I)" = 405 ]
	done
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t6\t4')" ]
}

@test "TLS: HTTP/1.1, HTTP/2 and gRPC on both ports" {
	secure
	printf '\012\0' >empty
	head -c 3000000 /dev/zero >zeros
	{ printf '\302\076\300\215\267\001'; cat zeros; } >large
	for at in "$GRPC" "$HTTP"; do
		URL=https://$at
		ok --http1.1
		ok --http2
		grep -q '^HTTP/2 200' head
		ok --no-alpn
		grep -q '^HTTP/1.1 200' head
		ok --http2-prior-knowledge
		# more than the buffers between
		[ "$(post /v1/traces $PB --http1.1 --cacert ca.pem --data-binary @large)" = 200 ]
		[ "$(post /v1/traces $PB --http2 --cacert ca.pem --data-binary @large)" = 200 ]
		grpc empty --cacert ca.pem | sed 's/^[^a-z]*//' | grep -q '^grpc-status: 0'
	done
	stop
}

@test "TLS: a connection is kept, and TERM answers what is in flight" {
	secure
	curl -s -m 20 -o /dev/null -o /dev/null -w '%{num_connects} ' --cacert ca.pem -H "Content-Type: $PB" --data-binary '' \
		"$URL/v1/traces" "$URL/v1/logs" >connects
	[ "$(cat connects)" = '1 0 ' ]
	mkfifo body.in
	curl -sv -m 20 -w '%{http_code}' -o /dev/null --cacert ca.pem --http1.1 -H 'Expect: 100-continue' -H "Content-Type: $PB" \
		-T - -X POST "$URL/v1/traces" <body.in >status 2>told &
	curl=$!
	PIDS+=("$curl")
	exec 7>body.in
	printf '\012' >&7
	until_true grep -q '100 Continue' told	# the server has the request
	kill -TERM "$PID"
	until_true refused
	printf '\0' >&7
	exec 7>&-
	wait "$curl"
	[ "$(cat status)" = 200 ]
	wait "$PID"
}
refused() { ! curl -s -o /dev/null -m 5 -k "$URL/"; }

@test "where TLS is spoken, nothing else and no older one is" {
	secure
	! curl -s -m 20 -o /dev/null "http://$HTTP/v1/traces" || false
	! curl -s -m 20 -o /dev/null --http2-prior-knowledge "http://$GRPC/v1/traces" || false
	run openssl s_client -connect "$HTTP" -tls1_1 -cipher DEFAULT@SECLEVEL=0 </dev/null
	[ "$status" -ne 0 ]
	for v in tls1_2 tls1_3; do
		openssl s_client -connect "$HTTP" -$v -alpn h2 -CAfile ca.pem -verify_return_error </dev/null >said 2>&1
		grep -q '^ALPN protocol: h2' said
	done
	ok
}

@test "mutual TLS: none, another's, the right one" {
	authority ca
	authority clients
	authority other
	cert me clients extendedKeyUsage=clientAuth
	cert he other extendedKeyUsage=clientAuth
	cert it clients extendedKeyUsage=serverAuth
	secure --client-ca clients.pem
	for h in --http1.1 --http2; do
		! ok $h || false
		! ok $h --cert he.pem --key he.key || false
		! ok $h --cert it.pem --key it.key || false
		ok $h --cert me.pem --key me.key
	done
}

@test "files that change are read again; bad ones are said and not taken" {
	secure
	ok
	echo nonsense >server.pem
	until_true said
	ok
	authority ca
	cert server ca 'subjectAltName=IP:127.0.0.1' extendedKeyUsage=serverAuth
	until_true ok
	stop
}
said() { ok && grep -q 'server.pem.*stays as it was\|stays as it was.*server.pem' err; }

@test "certificates that do not load, options that do not go together" {
	fails 1 otlp-recv -g 0 -H 0 -c nowhere -k nowhere
	[[ $output == *nowhere* ]]
	fails 2 otlp-recv -c server.pem
	fails 2 otlp-recv --client-ca ca.pem
}

@test "a connection that says nothing is closed" {
	recv --hello 1
	for said in '' P 'PRI * HTTP' '\026' '\026\003\001\001\000'; do
		exec 7<>"/dev/tcp/${GRPC%:*}/${GRPC#*:}"
		# shellcheck disable=SC2059
		printf "$said" >&7
		st=0
		timeout 20 cat <&7 2>/dev/null || st=$?
		[ "$st" -ne 124 ]
		exec 7>&-
	done
}

@test "unix sockets: in the clear, with a mode, gone at the end" {
	secure -g "unix:$T/s,600" -H "unix:$T/t"
	[ "$(stat -c %a "$T/s")" = 600 ]
	[ "$(stat -c %a "$T/t")" = 660 ]
	grep -q "^grpc unix:$T/s\$" ports
	URL=http://x
	[ "$(post /v1/traces $PB --unix-socket "$T/s" --data-binary '')" = 200 ]
	[ "$(post /v1/traces $PB --unix-socket "$T/t" --http2-prior-knowledge --data-binary '')" = 200 ]
	fails 1 otlp-recv -g "unix:$T/s" -H none
	[ -S "$T/s" ]
	stop
	[ ! -e "$T/s" ]
	# one that was left behind is replaced
	recv -g "unix:$T/s"
	kill -KILL "$PID"
	wait "$PID" || true
	[ -S "$T/s" ]
	recv -g "unix:$T/s"
	[ "$(post /v1/traces $PB --unix-socket "$T/s" --data-binary '')" = 200 ]
	stop
}
