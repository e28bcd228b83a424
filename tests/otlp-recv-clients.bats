#!/usr/bin/env bats
# otlp-recv: gRPC's own client (grpcio), and nginx in front.
load helper
load otlp-recv

TRACE=/opentelemetry.proto.collector.trace.v1.TraceService/Export

call() {	# FILE ADDR METHOD OPTION...: by grpcio
	local file=$1
	shift
	/usr/bin/python3 "$ROOT/tests/clients/grpcio/call.py" "$@" <"$file"
}

# payload: one span, as protobuf
payload() {
	recv
	post /v1/traces $JSON -d "$(span eee19b7ec3c1b174)" >/dev/null
	stop
	n=$(od -An -tu1 -j2 -N1 out.rec | tr -d ' ')
	tail -c +4 out.rec | head -c "$n" >payload
}

pair() {	# NAME EXTENSION...: a certificate, by ca
	[ -e ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
	printf '%s\n' "${@:2}" >ext
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out "$1.pem" 2>/dev/null
}

@test "grpcio: success, gzip, many at once, health, refusals" {
	payload
	recv
	[ "$(call payload "$GRPC" $TRACE)" = 'OK ' ]
	[ "$(call payload "$HTTP" $TRACE gzip)" = 'OK ' ]
	[ "$(call payload "$GRPC" $TRACE times=300 | sort | uniq -c | tr -s ' ')" = ' 300 OK ' ]
	[ "$(call /dev/null "$GRPC" /grpc.health.v1.Health/Check)" = 'OK 0801' ]
	printf hello >hello
	[[ $(call hello "$GRPC" $TRACE) == 'INVALID_ARGUMENT '* ]]
	[[ $(call payload "$GRPC" /no.Service/Method) == 'UNIMPLEMENTED '* ]]
	[[ $(call payload "$GRPC" $TRACE deadline=0.000001) == 'DEADLINE_EXCEEDED '* ]]
	head -c 3000000 /dev/zero >zeros
	{ printf '\302\076\300\215\267\001'; cat zeros; } >large
	[ "$(call large "$GRPC" $TRACE)" = 'OK ' ]
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t303\t302')" ]
}

@test "grpcio: TLS, mutual TLS, tokens" {
	payload
	pair server subjectAltName=IP:127.0.0.1
	pair me extendedKeyUsage=clientAuth
	echo right >tokens
	recv -c server.pem -k server.key --token-file tokens
	[ "$(call payload "$GRPC" $TRACE ca=ca.pem token=right)" = 'OK ' ]
	[[ $(call payload "$GRPC" $TRACE ca=ca.pem token=wrong) == 'UNAUTHENTICATED '* ]]
	[[ $(call payload "$GRPC" $TRACE token=right deadline=5) == 'UNAVAILABLE '* ]]
	stop
	recv -c server.pem -k server.key --client-ca ca.pem
	[ "$(call payload "$GRPC" $TRACE ca=ca.pem cert=me.pem key=me.key)" = 'OK ' ]
	[[ $(call payload "$GRPC" $TRACE ca=ca.pem deadline=5) == 'UNAVAILABLE '* ]]
	stop
}

@test "nginx in front: grpc_pass and proxy_pass" {
	payload
	recv
	cat >nginx.conf <<-END
		daemon off;
		pid $T/nginx.pid;
		error_log stderr;
		events {}
		http {
			access_log off;
			client_body_temp_path $T/body.tmp;
			proxy_temp_path $T/proxy.tmp;
			fastcgi_temp_path $T/fastcgi.tmp;
			uwsgi_temp_path $T/uwsgi.tmp;
			scgi_temp_path $T/scgi.tmp;
			server {
				listen unix:$T/h2 http2;
				location / { grpc_pass grpc://$GRPC; }
			}
			server {
				listen unix:$T/h1;
				location / { proxy_pass http://$HTTP; proxy_http_version 1.1; }
			}
		}
	END
	PATH=$PATH:/usr/sbin nginx -p "$T" -c "$T/nginx.conf" >nginx.out 2>&1 3>&- &
	PIDS+=("$!")
	until_true test -S "$T/h1"
	[ "$(call payload "unix:$T/h2" $TRACE)" = 'OK ' ]
	[ "$(call payload "unix:$T/h2" $TRACE times=50 | sort | uniq -c | tr -s ' ')" = ' 50 OK ' ]
	[[ $(call payload "unix:$T/h2" /no.Service/Method) == 'UNIMPLEMENTED '* ]]
	URL=http://x
	[ "$(post /v1/traces $PB --unix-socket "$T/h1" --data-binary @payload)" = 200 ]
	[ "$(post /v1/traces $PB --unix-socket "$T/h1" --data-binary hello)" = 400 ]
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t52\t52')" ]
}
