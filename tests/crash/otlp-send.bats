#!/usr/bin/env bats
# A pipe from a spool, killed in any stage at any moment and begun again:
# nothing is missing; what was acknowledged is not sent again; and behind it
# in a spool nothing is doubled.
load ../helper

# fill FROM TO: a record of five log lines and one of a span per number
fill() {
	local i
	for ((i = $1; i < $2; i++)); do
		seq -f '{"body":{"stringValue":"line %g"}}' $((5 * i)) $((5 * i + 4)) | paste -sd, |
			sed 's/.*/{"resourceLogs":[{"scopeLogs":[{"logRecords":[&]}]}]}/'
		printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1%04x","name":"n"}]}]}]}\n' "$i"
	done | rec -i json -o rec | spool s
}
lines() { rec -o json | grep -o '"stringValue":"line [0-9]*"' | grep -o '[0-9]*'; }
spans() { rec -o json | grep -o '"spanId":"[0-9a-f]*"'; }

# pipe BATCH-OPTION... -- SINK...: the three stages, in STAGES
pipe() {
	local opts=()
	while [ "$1" != -- ]; do
		opts+=("$1")
		shift
	done
	shift
	rm -f a b
	mkfifo a b
	spool -r -f -k -c out s >a 2>/dev/null 3>&- &
	STAGES=("$!")
	batch -t 3ms "${opts[@]}" <a >b 2>/dev/null 3>&- &
	STAGES+=("$!")
	"$@" <b >/dev/null 2>&1 3>&- &
	STAGES+=("$!")
	PIDS+=("${STAGES[@]}")
}

# break: one of them dies at once, the others are told
break_it() {
	local p
	read -rt "0.0$((RANDOM % 10))$((RANDOM % 10))" <> <(:) || true
	kill -9 "${STAGES[RANDOM % 3]}" 2>/dev/null || true
	for p in "${STAGES[@]}"; do kill -TERM "$p" 2>/dev/null || true; done
	for p in "${STAGES[@]}"; do wait "$p" 2>/dev/null || true; done
}

rounds() { [ -n "${SOAK:-}" ] && echo 500 || echo 12; }

@test "to a network: nothing missing, nothing acknowledged comes again" {
	fill 0 5
	spool -R out s
	otlp-recv -g none -H 127.0.0.1:0 --ports-file ports -o t 2>/dev/null 3>&- &
	PIDS+=("$!")
	until_true test -s ports
	url=http://$(awk '$1 == "http" { print $2 }' ports)
	for ((n = 1; n <= $(rounds); n++)); do
		acked=$(comm -23 <(spool -r s | lines | sort) <(spool -r -k -c out s | lines | sort))
		had=$(spool -r t | lines | wc -l)
		pipe -n 12 -m 14 -- otlp-send --ack s:out --retry-first 5ms --grace 1s "$url"
		fill $((5 * n)) $((5 * n + 5))
		break_it
		again=$(spool -r t | lines | tail -n +$((had + 1)) | sort -u | comm -12 - <(sort <<<"$acked"))
		[ -z "$again" ] || { echo "acknowledged, and sent again: $again"; false; }
	done
	spool -r -k -c out s | batch | otlp-send --ack s:out "$url"
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
	diff <(spool -r s | lines | sort) <(spool -r t | lines | sort -u)
	diff <(spool -r s | spans | sort) <(spool -r t | spans | sort -u)
}

@test "to a spool: everything once" {
	fill 0 5
	spool -R out s
	for ((n = 1; n <= $(rounds); n++)); do
		pipe -n $((1 + RANDOM % 20)) -m 1000 -- spool --ack s:out t
		fill $((5 * n)) $((5 * n + 5))
		break_it
	done
	spool -r -k -c out s | batch | spool --ack s:out t
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
	diff <(spool -r s | lines) <(spool -r t | lines)
	diff <(spool -r s | spans) <(spool -r t | spans)
}
