#!/usr/bin/env bats
# batch(1): joins, cuts, times, origins and how it ends.
load helper

# logs N [TENANT]: a record of N log lines, line 1 ... N, as JSON; logs of
# several can be told apart by $1
logs() {
	seq -f '{"body":{"stringValue":"'"$1"' %g"}}' "$2" | paste -sd, |
		sed 's/.*/{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeLogs":[{"scope":{"name":"x"},"logRecords":[&]}]}]}/'
}
span() {
	printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b17%s","name":"n"}]}]}]}\n' "$1"
}
rec_of() { rec -i json -o rec; }
bodies() { rec -o json | grep -o '"stringValue":"[a-z]* [0-9]*"' | cut -d'"' -f4; }
# sizes: the items of each record, in order
sizes() { rec -o json "$@" | while read -r l; do grep -o '"body"\|"spanId"' <<<"$l" | wc -l; done | tr '\n' ' '; }

@test "the manual's examples" {
	examples batch.1
}

@test "joined by signal and tenant up to -n, cut at -m, in order" {
	{ logs a 3; span 1; logs b 4; span 2; logs c 9; logs d 1; } | rec_of >in.rec
	[ "$(batch -n 7 -m 8 <in.rec | sizes)" = "7 8 2 2 " ]
	diff <(bodies <in.rec) <(batch -n 7 -m 8 <in.rec | bodies)
	diff <(bodies <in.rec) <(batch -n 1 -m 2 <in.rec | bodies)
	diff <(bodies <in.rec) <(batch -b 100 <in.rec | bodies)
	[ "$(batch -n 1 -m 1 <in.rec | rec -c)" = "$(printf 'traces\t2\t2\nlogs\t17\t17')" ]
}

@test "-g makes equal resources and scopes one" {
	{ logs a 3; logs b 4; } | rec_of >in.rec
	[ "$(batch <in.rec | rec -o json | grep -o '"scopeLogs"' | wc -l)" -eq 2 ]
	[ "$(batch -g <in.rec | rec -o json | grep -o '"scopeLogs"\|"logRecords"' | wc -l)" -eq 2 ]
	diff <(bodies <in.rec) <(batch -g <in.rec | bodies)
}

@test "figures" {
	mkfifo in
	batch -n 5 -t 1h --metrics 0 <in >out.rec 2>err 3>&- &
	PIDS+=("$!")
	exec 7>in
	{ logs a 3; span 1; logs b 4; logs c 1; } | rec_of >&7
	until_true test -s out.rec
	at=$(sed -n 's/.*metrics on //p' err)
	[ "$(curl -s -m 20 "http://$at/ready")" = ready ]
	all() { curl -s -m 20 "http://$at/metrics" >figures; grep -qx 'batch_records_in_total{signal="logs"} 3' figures; }
	until_true all
	for line in 'in_total{signal="traces"} 1' 'out_total{signal="logs"} 1' 'out_total{signal="traces"} 0'; do
		grep -qx "batch_records_$line" figures
	done
	grep -qx 'batch_items_total{signal="logs"} 7' figures
	grep -q '^batch_bytes_held [1-9]' figures
	grep -o '^batch_[a-z_]*' figures | sort -u | while read -r name; do
		grep -q "$name" "$ROOT/man/batch.1" || { echo "$name: not in the manual"; false; }
	done
	exec 7>&-
	wait "${PIDS[0]}"
	fails 2 batch --metrics 300.0.0.1:99999 </dev/null
}

@test "nothing is held longer than -t" {
	mkfifo in
	batch -t 50ms <in >out.rec 3>&- &
	PIDS+=("$!")
	exec 7>in
	logs a 3 | rec_of >&7
	until_true test -s out.rec
	logs b 2 | rec_of >&7
	exec 7>&-
	wait "${PIDS[0]}"
	[ "$(sizes out.rec)" = "3 2 " ]
}

@test "TERM gives out what is held, and lets through what still comes" {
	mkfifo in
	batch -n 3 -t 1h --grace 1h <in >out.rec 3>&- &
	PIDS+=("$!")
	exec 7>in
	logs a 3 | rec_of >&7
	until_true test -s out.rec	# it runs
	logs b 1 | rec_of >&7
	kill -TERM "${PIDS[0]}"
	until_true bash -c '[ "$(rec -c out.rec | cut -f2)" -eq 2 ]'
	logs c 2 | rec_of >&7
	exec 7>&-
	wait "${PIDS[0]}"
	diff <(printf 'a 1\na 2\na 3\nb 1\nc 1\nc 2\n') <(bodies <out.rec)
}

@test "the grace is bounded" {
	mkfifo in
	batch -n 3 -t 1h --grace 10ms <in >out.rec 3>&- &
	PIDS+=("$!")
	exec 7>in
	logs a 3 | rec_of >&7
	until_true test -s out.rec
	kill -TERM "${PIDS[0]}"
	wait "${PIDS[0]}"
	exec 7>&-
}

@test "origins: a spool behind doubles nothing, whoever is cut off" {
	for i in 1 2 3 4 5 6 7 8; do logs a $i; logs b $i; span $i; done | rec_of | spool s
	# joined and cut in other ways each time, from the start or the cursor
	for n in 2 5 9 14 20; do
		spool -r -n $n s | batch -n 7 -m 7 | spool t
		spool -r -k -c out -n 7 s | batch -n $n -m 30 | spool --ack s:out u
	done
	spool -r s | batch -n 7 -m 7 | spool t
	spool -r -k -c out s | batch | spool --ack s:out u
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
	for to in t u; do
		diff <(spool -r s | bodies) <(spool -r $to | bodies)
		[ "$(spool -r s | rec -c | cut -f1,3)" = "$(spool -r $to | rec -c | cut -f1,3)" ]
	done
	# regrouped, some may be there twice, and none are missing
	spool -r -n 9 s | batch -g | spool v
	spool -r s | batch -g -n 50 | spool v
	diff <(spool -r s | bodies | sort -u) <(spool -r v | bodies | sort -u)
	# in two steps
	spool -r -n 9 s | batch -n 3 | batch | spool w
	spool -r s | batch -n 4 | batch -n 100 | spool w
	diff <(spool -r s | bodies) <(spool -r w | bodies)
}

@test "bad input: what came before it is given out" {
	{ logs a 3 | rec_of; printf '\5\12\1'; } >torn.rec
	fails 1 batch torn.rec
	batch torn.rec >out.rec 2>/dev/null || true
	[ "$(sizes out.rec)" = "3 " ]
	fails 1 batch nowhere
	fails 2 batch -n 0
	fails 2 batch -n 5 -m 4
	fails 2 batch -b 65M
	fails 2 batch -t soon
}

@test "a reader that goes away ends it" {
	mkfifo in
	(set +o pipefail; batch -t 0 <in | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}" >status) 3>&- &
	PIDS+=("$!")
	exec 7>in
	logs a 3 | rec_of >one.rec
	until_true bash -c 'trap "" PIPE; cat one.rec >&7 2>/dev/null; [ -s status ]'
	exec 7>&-
	[ "$(cat status)" -eq 1 ]
}
