#!/usr/bin/env bats
# otlp-recv: peers that mean no good, or are slow.
load helper
load otlp-recv

# talk BYTES: to the gRPC port; what comes back until the server ends is in
# said, in hex
talk() {
	exec 7<>"/dev/tcp/${GRPC%:*}/${GRPC#*:}"
	# shellcheck disable=SC2059
	{ printf "$@" && cat flood; } >&7 2>/dev/null || true
	st=0
	timeout 20 cat <&7 2>/dev/null >answer || st=$?
	exec 7>&-
	hex <answer >said
	[ "$st" -ne 124 ]
}

# many N FRAME: that often, into flood
many() {
	# shellcheck disable=SC2046,SC2059
	printf "$2%.0s" $(seq "$1") >flood
}

HELLO='PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\000\000\000\004\000\000\000\000\000'

served() { [ "$(post /v1/traces $PB --data-binary '')" = 200 ]; }

# calm: the last GOAWAY is ENHANCE_YOUR_CALM, 0xb
calm() { grep -q '070000000000[0-9a-f]\{8\}0000000b' said; }

@test "floods of PING, SETTINGS, PRIORITY and CONTINUATION" {
	recv
	for frame in '\000\000\010\006\000\000\000\000\000........' '\000\000\000\004\000\000\000\000\000' \
		'\000\000\005\002\000\000\000\000\001\000\000\000\000\020'; do
		many 1100 "$frame"
		talk "$HELLO"
		calm || { echo "$frame"; false; }
		served
	done
	# HEADERS without END_HEADERS, then CONTINUATIONs without end
	many 5000 '\000\000\001\011\000\000\000\000\001\200'
	talk "$HELLO"'\000\000\001\001\000\000\000\000\001\203'
	served
	stop
}

@test "streams opened and reset at once, over and over" {
	recv
	: >flood
	for ((i = 1; i < 6000; i += 2)); do
		printf -v id '\\%03o\\%03o' $((i / 256)) $((i % 256))
		printf "\000\000\003\001\004\000\000$id\203\206\204\000\000\004\003\000\000\000$id\000\000\000\010" >>flood
	done
	talk "$HELLO"
	grep -q '07000000000000' said
	served
	stop
}

pongs() { [ "$(hex 2>/dev/null <answer | grep -o '0000080601000000002e2e2e2e2e2e2e2e' | wc -l)" -eq 2 ]; }

@test "three pings in a row are a peer's health, four a second are not" {
	recv
	many 2 '\000\000\010\006\000\000\000\000\000........'
	exec 7<>"/dev/tcp/${GRPC%:*}/${GRPC#*:}"
	printf "$HELLO" >&7
	timeout 20 cat <&7 >answer 2>/dev/null 3>&- &
	ear=$!
	PIDS+=("$ear")
	cat flood >&7
	# both are answered, and it stays open: a bad frame ends it
	until_true pongs
	printf '\000\000\000\000\000\000\000\000\000' >&7
	wait "$ear"
	exec 7>&-
	hex <answer >said
	grep -q 070000000000 said
	! calm || false
	many 6 '\000\000\010\006\000\000\000\000\000........'
	talk "$HELLO"
	calm
	grep -q "$(printf too_many_pings | hex)" said
}

@test "a request that does not come whole in time" {
	recv --patience 1
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 5\r\n\r\n.' $PB >&7
	mkfifo slow
	trap '' PIPE
	curl -s -m 20 --http2-prior-knowledge -o body -w '%{http_code}' -H "Content-Type: $PB" -T - -X POST "http://$HTTP/v1/traces" <slow >status 3>&- 7>&- &
	curl=$!
	PIDS+=("$curl")
	exec 9>slow
	printf . >&9
	st=0
	timeout 20 cat <&7 >answer 2>/dev/null || st=$?
	[ "$st" -ne 124 ]
	until_true late
	exec 7>&- 9>&-
	served
	stop
}

# it reads the answer only after it has sent something
late() { printf . >&9 2>/dev/null; grep -q 408 status; }

@test "a header that does not come whole in time" {
	recv --hello 1 --idle 1
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-' >&7
	st=0
	timeout 20 cat <&7 >answer 2>/dev/null || st=$?
	exec 7>&-
	[ "$st" -ne 124 ]
	served
}

@test "silent connections are closed, HTTP/2 ones with a goodbye" {
	recv --idle 1
	: >flood
	talk "$HELLO"
	grep -q '0000080700000000007fffffff00000000\|000008070000000000' said
	served
}

@test "deadlines: one that has passed, one that is far off" {
	recv
	printf '\012\0' >empty
	grpc empty -H 'grpc-timeout: 1n' | sed 's/^[^a-z]*//' | grep -q '^grpc-status: 4'
	grpc empty -H 'grpc-timeout: 99999999H' | sed 's/^[^a-z]*//' | grep -q '^grpc-status: 0'
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t1\t0')" ]
}

@test "a header over the limit" {
	recv
	big=$(head -c 20000 /dev/zero | tr '\0' x)
	[ "$(post /v1/traces $PB --data-binary '' -H "X-Big: $big")" = 431 ]
	[ "$(post /v1/traces $PB --data-binary '' --http2-prior-knowledge -H "X-Big: $big")" = 431 ]
	served
}

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$PID/status"; }

@test "ten thousand idle connections and five hundred slow ones, and others are served" {
	# as many as this machine lets one process have
	hard=$(ulimit -Hn)
	idle=10000 slow=500
	if [ "$hard" != unlimited ] && [ "$hard" -lt 11000 ]; then idle=$((hard - 600)); fi
	[ "$idle" -ge 100 ]
	recv --max-connections 20000 --patience 600
	mkfifo hold
	"$LOAD/crowd" "$HTTP" "$idle" "$slow" <hold >there 2>crowd.err 3>&- &
	PIDS+=("$!")
	exec 8>hold
	end=$((SECONDS + 200))
	while [ ! -s there ]; do
		[ $SECONDS -lt $end ] && [ ! -s crowd.err ] || { cat crowd.err; false; }
		read -rt 0.1 <> <(:) || true
	done
	[ "$(cat there)" -eq $((idle + slow)) ]
	span eee19b7ec3c1b174 >span.json
	for h in --http1.1 --http2-prior-knowledge; do
		[ "$(post /v1/traces $JSON $h -d @span.json)" = 200 ]
	done
	# the bound that the manual states, in KiB
	echo "rss $(rss) KiB, $idle idle"
	[ "$(rss)" -lt "$(roomy $((32768 + idle / 2 * 12 + (idle / 2 + slow) * 48)))" ]
	exec 8>&-
	until_true ended
	[ "$(tail -1 there)" = '0 0' ]
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t2\t2')" ]
}
ended() { [ "$(wc -l <there)" -eq 2 ]; }
