#!/usr/bin/env bats
# otlp-recv: who may send, for which tenant, and what is kept of the header;
# pages of other origins; health.
load helper
load otlp-recv

sends() {	# STATUS CURL-OPTION...: over HTTP/1.1 and HTTP/2
	local want=$1
	shift
	[ "$(post /v1/traces $JSON -d @span.json "$@")" = "$want" ]
	[ "$(post /v1/traces $JSON -d @span.json --http2-prior-knowledge "$@")" = "$want" ]
}

calls() { until_true called "$@"; }	# CODE CURL-OPTION...: by gRPC
called() {	# curl forgets an answer that came before it had sent all
	local want=$1
	shift
	printf '\012\0' >empty
	grpc empty "$@" | sed 's/^[^a-z]*//' | grep -q "^grpc-status: $want\$"
}

authorization() { printf 'Authorization: %s' "$1"; }

@test "bearer tokens: none, wrong, right; several a line" {
	span eee19b7ec3c1b174 >span.json
	printf '# ours\n\none-token two-token\nthree-token\n' >tokens
	recv --token-file tokens
	sends 401
	grep -qi '^www-authenticate: Bearer' head
	jq -e '.message | length > 0' body
	sends 401 -H "$(authorization 'Bearer wrong-token')"
	sends 401 -H "$(authorization 'Bearer one-toke')"
	sends 401 -H "$(authorization 'Bearer one-token two-token')"
	sends 401 -H "$(authorization 'Basic one-token')"
	sends 401 -H "$(authorization 'Bearer')"
	sends 401 -H "$(authorization 'Bearer #')"
	for t in one two three; do
		sends 200 -H "$(authorization "bearer $t-token")"
		calls 0 -H "$(authorization "Bearer $t-token")"
	done
	calls 16
	calls 16 -H "$(authorization 'Bearer no')"
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t9\t6')" ]
	! grep -q token err || false
}

@test "users: passwords as they are, and their digests" {
	span eee19b7ec3c1b174 >span.json
	printf 'ann:sec:ret\nbob:{SHA256}%s\n' "$(printf hidden | openssl dgst -sha256 -binary | base64)" >users
	recv --basic-file users
	sends 401
	grep -qi '^www-authenticate: Basic realm=' head
	sends 200 -u ann:sec:ret
	sends 200 -u bob:hidden
	sends 401 -u bob:sec:ret
	sends 401 -u ann:
	sends 401 -u hidden:bob
	sends 401 -H "$(authorization 'Basic ????')"
	calls 0 -u bob:hidden
	calls 16 -u bob:wrong
}

@test "who may send is read again; what does not load is said and not taken" {
	span eee19b7ec3c1b174 >span.json
	echo first >tokens
	recv --token-file tokens
	sends 200 -H "$(authorization 'Bearer first')"
	echo second >tokens.new && mv tokens.new tokens
	until_true sends 200 -H "$(authorization 'Bearer second')"
	sends 401 -H "$(authorization 'Bearer first')"
	: >tokens
	until_true said
	sends 200 -H "$(authorization 'Bearer second')"
	fails 1 otlp-recv -g 0 -H 0 --token-file tokens
	[[ $output == *"tokens: nobody in it"* ]]
	echo nocolon >users
	fails 1 otlp-recv -g 0 -H 0 --basic-file users
	[[ $output == *users:1:* && $output != *nocolon* ]]
}
said() { sends 200 -H "$(authorization 'Bearer second')" && grep -q 'stays as it was.*nobody' err; }


@test "a tenant is the record's; some are none; some tokens are of one" {
	span eee19b7ec3c1b174 >span.json
	printf 'any\nmine tenant=team-a\n' >tokens
	recv --token-file tokens
	any=$(authorization 'Bearer any') mine=$(authorization 'Bearer mine')
	sends 200 -H "$any" -H 'X-Scope-OrgID: team-b'
	calls 0 -H "$any" -H 'X-Scope-OrgID: team-b'
	for t in 'a|b' ../x .. a/b "$(printf '%151s' '' | tr ' ' a)"; do
		sends 400 -H "$any" -H "X-Scope-OrgID: $t"
		calls 3 -H "$any" -H "X-Scope-OrgID: $t"
	done
	sends 200 -H "$any" -H "X-Scope-OrgID: $(printf '%150s' '' | tr ' ' a)"
	sends 200 -H "$mine"
	sends 200 -H "$mine" -H 'X-Scope-OrgID: team-a'
	sends 403 -H "$mine" -H 'X-Scope-OrgID: team-b'
	calls 7 -H "$mine" -H 'X-Scope-OrgID: team-b'
	stop
	[ "$(strings -n 6 out.rec | grep -c team-a)" -eq 4 ]
	[ "$(strings -n 6 out.rec | grep -c team-b)" -eq 3 ]
}

@test "a header field becomes an attribute of each resource" {
	jq -c -n --argjson a "$(span eee19b7ec3c1b174)" '{ resourceSpans: [$a.resourceSpans[0],
		($a.resourceSpans[0] | .resource.attributes += [{ key: "team", value: { stringValue: "old" } }]),
		($a.resourceSpans[0] | del(.resource))] }' >span.json
	recv -x X-Team=team -x User-Agent=agent
	sends 200 -H 'X-Team: shop é' -A me
	sends 200 -A ''
	sends 200 -A '' -H "$(printf 'X-Team: \377')"
	stop
	rec out.rec >got
	[ "$(wc -l <got)" -eq 6 ]
	head -2 got | jq -e '[.resourceSpans[].resource.attributes[] | select(.key == "team" or .key == "agent") | .value.stringValue] | sort
		== ["me", "me", "me", "shop é", "shop é", "shop é"]'
	head -1 got | jq -e '.resourceSpans[1].resource.attributes[0].value.stringValue == "shop"'
	sed -n 3p got | jq -e '[.resourceSpans[].resource.attributes[]? | select(.key == "team") | .value.stringValue] == ["old"]'
	tail -1 got | jq -e '.resourceSpans[0].resource.attributes[1].value.stringValue == "\ufffd"'
	fails 2 otlp-recv -x nothing
}

@test "a prefix before the paths" {
	span eee19b7ec3c1b174 >span.json
	recv --prefix /otlp/
	for h in --http1.1 --http2-prior-knowledge; do
		[ "$(post /otlp/v1/traces $JSON $h -d @span.json)" = 200 ]
		[ "$(post /otlp/v1/traces/ $JSON $h -d @span.json)" = 200 ]
		[ "$(post /v1/traces $JSON $h -d @span.json)" = 404 ]
	done
	calls 0
	fails 2 otlp-recv --prefix otlp
}

@test "pages of other origins" {
	span eee19b7ec3c1b174 >span.json
	recv --cors 'http://*.example.org' --cors http://localhost:3000
	ask=(-X OPTIONS -H 'Access-Control-Request-Method: POST')
	for h in --http1.1 --http2-prior-knowledge; do
		for o in http://a.example.org http://localhost:3000; do
			[ "$(post /v1/traces $JSON $h "${ask[@]}" -H "Origin: $o")" = 204 ]
			tr -d '\r' <head >fields
			grep -qix "access-control-allow-origin: $o" fields
			grep -qix 'access-control-allow-methods: POST' fields
			grep -qi 'access-control-allow-headers: .*content-type' fields
			grep -qix 'vary: origin' fields
			[ "$(post /v1/traces $JSON $h -H "Origin: $o" -d @span.json)" = 200 ]
			tr -d '\r' <head >fields
			grep -qix "access-control-allow-origin: $o" fields
		done
		for o in http://example.org https://a.example.org http://localhost:30000; do
			[ "$(post /v1/traces $JSON $h "${ask[@]}" -H "Origin: $o")" = 405 ]
			! grep -qi access-control-allow head || false
			grep -qi '^vary: origin' head
		done
	done
	stop
	recv
	[ "$(post /v1/traces $JSON "${ask[@]}" -H 'Origin: http://a.example.org')" = 405 ]
	! grep -qi 'access-control\|vary' head || false
}

health() {	# [SERVICE]: the answer's message, in hex
	{ [ -z "$1" ] || printf "\\012\\x$(printf %02x ${#1})%s" "$1"; } >ask
	METHOD=grpc.health.v1.Health/Check grpc ask | tee answer | tail -c +1 >/dev/null
	grep -ao 'grpc-status: [0-9]*' answer | cut -d' ' -f2
}

@test "health: Check, Watch and the page" {
	echo token >tokens
	recv --token-file tokens	# it is asked without one
	[ "$(health '')" = 0 ]
	grep -aq $'\x08\x01' answer
	for s in trace.v1.Trace metrics.v1.Metrics logs.v1.Logs; do
		[ "$(health opentelemetry.proto.collector.${s}Service)" = 0 ]
	done
	[ "$(health some.Service)" = 5 ]
	METHOD=grpc.health.v1.Health/Watch calls 12 -H "$(authorization 'Bearer token')"
	for h in --http1.1 --http2-prior-knowledge; do
		[ "$(curl -s $h -m 20 "http://$HTTP/healthz")" = ok ]
		[ "$(curl -s $h -m 20 -o body -w '%{http_code}' -I "http://$HTTP/healthz")" = 200 ]
	done
	stop
}

@test "health: what cannot be kept is not served" {
	span eee19b7ec3c1b174 | jq -c --arg s "$(printf '%40000s' '')" '.resourceSpans[0].scopeSpans[0].spans[0].name = $s' >span.json
	recv -o spool --max-spool 64K
	[ "$(post /v1/traces $JSON -d @span.json)" = 200 ]
	[ "$(curl -s -m 20 "http://$HTTP/healthz")" = ok ]
	[ "$(post /v1/traces $JSON -d @span.json)" = 503 ]
	[ "$(curl -s -m 20 -w ' %{http_code}' "http://$HTTP/healthz")" = "$(printf 'not serving\n 503')" ]
	[ "$(health '')" = 0 ]
	grep -aq $'\x08\x02' answer
}

figure() { awk -v n="$1" '$1 == n { print $2 }' figures; }

@test "metrics and readiness" {
	span eee19b7ec3c1b174 >span.json
	recv --metrics 0 -o spool
	at=$(sed -n 's/^metrics //p' ports)
	[ "$(post /v1/traces $JSON -d @span.json)" = 200 ]
	[ "$(post /v1/traces $JSON -d "$(span 0000000000000000)")" = 200 ]
	calls 0
	[ "$(post /v1/traces $JSON -d '{')" = 400 ]
	[ "$(post /v1/nothing $JSON -d '{')" = 404 ]
	[ "$(curl -s -m 20 "http://$at/ready")" = ready ]
	[ "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "http://$at/")" = 404 ]
	curl -s -m 20 "http://$at/metrics" >figures
	[ "$(figure 'otlp_recv_accepted_requests_total{signal="traces",protocol="http"}')" = 2 ]
	[ "$(figure 'otlp_recv_accepted_items_total{signal="traces",protocol="http"}')" = 1 ]
	[ "$(figure 'otlp_recv_accepted_requests_total{signal="traces",protocol="grpc"}')" = 1 ]
	[ "$(figure 'otlp_recv_accepted_bytes_total{signal="traces",protocol="grpc"}')" = 2 ]
	[ "$(figure 'otlp_recv_rejected_items_total{signal="traces"}')" = 1 ]
	[ "$(figure 'otlp_recv_refused_requests_total{reason="invalid"}')" = 1 ]
	[ "$(figure 'otlp_recv_refused_requests_total{reason="not_served"}')" = 1 ]
	[ "$(figure otlp_recv_requests_in_flight)" = 0 ]
	[ "$(figure otlp_recv_bytes_in_flight)" = 0 ]
	[ "$(figure otlp_recv_sink_seconds_count)" -ge 2 ]
	[ "$(figure otlp_recv_start_time_seconds)" -gt 1700000000 ]
	# each is named in the manual
	grep -o '^otlp_recv_[a-z_]*' figures | sed 's/_\(bucket\|sum\|count\)$//' | sort -u | while read -r name; do
		grep -q "$name" "$ROOT/man/otlp-recv.1" || { echo "$name: not in the manual"; false; }
	done
	stop
}
