#!/usr/bin/env bats
# spool(1): append, read, follow, look after; spool(5) and record(5).
load helper

two() { cat "$ROOT/tests/golden/record-1.rec"; }

@test "the manual's examples" {
	examples spool.1
}

@test "records are not for a terminal" {
	two | spool s
	for c in 'spool -r s' "batch s" 'otlp-recv -g 127.0.0.1:0 -H 127.0.0.1:0'; do
		fails 2 terminal "$BIN/$c"
		[[ $output == *"records are not for a terminal: rec shows them"* ]]
	done
}

@test "golden spool: read, verified, and written on in a new segment" {
	cp -r "$ROOT/tests/golden/spool-1" s
	run spool -v s
	[ "$status" -eq 0 ] && [ "$output" = "2 records, 0 damaged places" ]
	spool -r -k -c reader s >rest
	spool -r s >all
	[ "$(wc -c <rest)" -lt "$(wc -c <all)" ] && [ -s rest ]
	printf x | dd of=s/lock bs=1 seek=25 conv=notrunc status=none	# another boot
	two | spool s| spool s
	spool -r s >more
	head -c "$(wc -c <all)" more | cmp - all
	cmp s/0000000000000001.rec "$ROOT/tests/golden/spool-1/0000000000000001.rec"
	[ -e s/0000000000000002.rec ]
}

@test "appended from stdin and files, segments are streams" {
	two | spool s
	two >f
	spool s f - <f
	run spool -v s
	[ "$output" = "4 records, 0 damaged places" ]	# origins: three are known
	cat s/*.rec | spool t
	run spool -v t
	[ "$output" = "4 records, 0 damaged places" ]
}

@test "a named cursor is read on from, kept with -k" {
	two | spool s
	spool -r -n 1 -c me s >a
	spool -r -k -c me s >b
	spool -r -c me s >c
	spool -r -c me s >d
	cmp b c
	[ -s a ] && [ -s c ] && [ ! -s d ]
	cat a c | cmp - <(spool -r s)
	run spool -l s
	[[ $output == *$'cursor\tme\t1:88\t0 bytes behind'* ]]
	spool -U me s
	[ ! -e s/cursors/me ]
}

@test "following sees what comes, and a stop moves the cursor" {
	spool s </dev/null
	spool -r -f -c me s >out &
	PIDS+=($!)
	two | spool s
	until_true [ -s out ]
	until_true grep -q ' 88 ' s/cursors/me
	cat "$ROOT/tests/golden/record-1.rec" "$ROOT/tests/golden/record-1.rec" | spool s
	kill "${PIDS[0]}"
	wait "${PIDS[0]}"
	PIDS=()
	spool -r -c me s >>out
	cmp out <(spool -r s)
}

@test "trim removes what all registered cursors passed" {
	for _ in 1 2 3 4 5 6 7 8; do yes | head -c 3000 >>body; done
	printf "\xc7\xbb\x01\x1a\xc3\xbb\x01" >big	# 24003 bytes of logs
	{ cat big body; printf xyz; } >one
	spool --segment 20000 s one one one one || true
	n=$(ls s/*.rec | wc -l)
	[ "$n" -eq 4 ]
	spool -t -a 0s s
	[ "$(ls s/*.rec | wc -l)" -eq 4 ]		# nobody has read it
	spool -R slow s
	spool -r -c fast s >/dev/null
	spool -t -a 0s s
	[ "$(ls s/*.rec | wc -l)" -eq 4 ]
	spool -r -n 3 -c slow s >/dev/null
	spool -t s
	[ "$(ls s/*.rec | wc -l)" -eq 4 ]		# too young
	spool -t -a 0s s
	[ "$(ls s/*.rec | wc -l)" -eq 2 ]
	spool -U slow s
	spool -t -a 0s s
	[ "$(ls s/*.rec | wc -l)" -eq 1 ]
}

@test "the bound: drop-oldest says what it drops, block waits" {
	two >f
	for _ in $(seq 300); do printf '\x02\x0a\x00'; done >many
	run spool -b 10000 -p drop-oldest s many many many many many many
	[ "$status" -eq 0 ] && [[ $output == *"dropped"* ]]
	run spool -v s
	[[ $output == *", 0 damaged places" ]]
	spool -b 10000 t many many many many many many 2>err &
	PIDS+=($!)
	until_true grep -q 'full.*waiting' err
	kill "${PIDS[0]}"
	wait "${PIDS[0]}" && status=0 || status=$?
	PIDS=()
	[ "$status" -eq 75 ]
}

@test "damage is named and gone over, exit 1; a tear is not damage" {
	two | spool s
	two | spool s
	flip s/*.rec 13
	run spool -v s
	[ "$status" -eq 1 ]
	[[ $output == *"segment 1:0: 80 bytes skipped: record crc32c"* ]]
	run bash -c 'spool -r s >out'
	[ "$status" -eq 1 ] && [[ $output == *"segment 1:0"* ]] && [ -s out ]
	flip s/*.rec 13
	spool -v s
	truncate -s -3 s/*.rec
	run spool -v s
	[ "$status" -eq 0 ] && [[ $output == *"is not finished"* ]]
}

@test "what is not a record, not a spool, not there" {
	head -c 1000 /dev/zero >zeros
	fails 1 spool s zeros
	[[ $output == "spool: zeros:0: record length 0" ]]
	two | head -c 60 >cut
	fails 1 spool s cut
	[[ $output == "spool: cut:0: record cut short: 60 of 80 bytes" ]]
	fails 1 spool s nothere
	fails 1 spool -r nothere
	fails 1 spool -r cut
	fails 1 spool -l "$T"
	fails 1 spool -R x "$T"
	two | spool s
	printf '\x01OS2' | dd of=s/lock bs=1 conv=notrunc status=none
	fails 1 spool -r s
	[[ $output == *"newer than this program"* ]]
	fails 1 spool s /dev/null
	fails 1 spool /dev/null/x /dev/null
}

@test "asked wrongly" {
	fails 2 spool --ack s x </dev/null
	fails 2 spool -r --ack s:x s
	fails 2 spool
	fails 2 spool -r -l s
	fails 2 spool -f s
	fails 2 spool -c x s
	fails 2 spool -r a b
	fails 2 spool -p maybe s
	fails 2 spool --sync some s
	fails 2 spool -b many s
	fails 2 spool -t -a soon s
	two | spool s
	fails 2 spool -R ../x s
	fails 2 spool -r -c .x s
}

@test "a closed stdout, a full disk" {
	two | spool s
	fails 1 bash -c 'spool -r s >/dev/full'
	fails 1 bash -c 'spool -l s >/dev/full'
	[ -z "$(ls s/cursors 2>/dev/null)" ]
	fails 1 bash -c 'spool -r -c x s >/dev/full'
	[ ! -e s/cursors/x ]
}

@test "a full disk refuses what is new and keeps what is there" {
	two | spool s
	printf '\xc7\xbb\x01\x1a\xc3\xbb\x01' >one	# 24007 bytes of logs
	head -c 24003 /dev/zero >>one
	# a limit on file sizes stands in for the disk
	fails 1 bash -c "trap '' XFSZ; ulimit -f 16; spool s one"
	[[ $output == "spool: s: write: File too large" ]]
	run spool -v s
	[ "$status" -eq 0 ] && [ "$output" = "2 records, 0 damaged places" ]
	spool s one
	run spool -v s
	[ "$output" = "3 records, 0 damaged places" ]
}

@test "several writers at one spool" {
	for _ in 1 2 3 4 5 6 7 8 9; do printf '\x02\x0a\x00'; done >nine
	for _ in 1 2 3 4 5 6; do
		spool s nine &
		PIDS+=($!)
	done
	for p in "${PIDS[@]}"; do wait "$p"; done
	PIDS=()
	run spool -v s
	[ "$output" = "54 records, 0 damaged places" ]
}
