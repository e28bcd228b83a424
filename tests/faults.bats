#!/usr/bin/env bats
# What each tool does with what can go wrong. The table: tool, what is wrong,
# the exit status, a word of the message, and the command. $GOOD is a good
# record file of the tool's signal, $STORE a store of it, $SPOOL a spool.
load helper
bats_require_minimum_version 1.5.0

table() {
	cat <<-'END'
	rec|broken record|1|broken.rec:0: |rec -o json $T/broken.rec
	rec|truncated file|1|cut short|rec -o json $T/cut.rec
	rec|unknown option|2|unknown option|rec -Z
	rec|missing file|1|No such file|rec $T/nowhere
	rec|full disk|1|No space|rec -o json $LOGS >/dev/full
	rec|newer format|1|version|rec $T/newspool
	spool|broken record|1|broken.rec:0: |spool $T/s1 $T/broken.rec
	spool|truncated file|1|cut short|spool $T/s2 $T/cut.rec
	spool|unknown option|2|unknown option|spool -Z
	spool|missing folder|1|nowhere: not a spool|spool -l $T/nowhere
	spool|missing file|1|No such file|spool $T/s3 $T/nowhere.rec
	spool|full disk|1|No space|spool -r $SPOOL >/dev/full
	spool|newer format|1|version|spool $T/newspool $T/traces.rec
	tstore|broken record|1|broken.rec:0: |tstore -d $T/t1 $T/broken.rec
	tstore|truncated file|1|cut short|tstore -d $T/t2 $T/cut.rec
	tstore|unknown option|2|unknown option|tstore -Z
	tstore|missing folder|1|nowhere: no store here|tstore -d $T/nowhere --info
	tstore|missing file|1|No such file|tstore -d $T/t3 $T/nowhere.rec
	tstore|newer spool|1|version|tstore -d $T/t4 --once $T/newspool
	tstore|full disk|1|No space|tstore -d $TRACES_STORE --info >/dev/full
	tstore|newer format|1|version|tstore -d $T/newer --info
	tstore|another kind|2|holds logs|tstore -d $LOGS_STORE --info
	lstore|broken record|1|broken.rec:0: |lstore -d $T/l1 $T/broken.rec
	lstore|truncated file|1|cut short|lstore -d $T/l2 $T/cut.rec
	lstore|unknown option|2|unknown option|lstore -Z
	lstore|missing folder|1|nowhere: no store here|lstore -d $T/nowhere --info
	lstore|missing file|1|No such file|lstore -d $T/l3 $T/nowhere.rec
	lstore|newer spool|1|version|lstore -d $T/l4 --once $T/newspool
	lstore|full disk|1|No space|lstore -d $LOGS_STORE --info >/dev/full
	lstore|newer format|1|version|lstore -d $T/newer --info
	lstore|another kind|2|holds traces|lstore -d $TRACES_STORE --info
	tql|unknown option|2|unknown option|tql -Z
	tql|missing folder|1|nowhere: no store here|tql -d $T/nowhere '{}'
	tql|full disk|1|No space|tql -d $TRACES_STORE '{}' >/dev/full
	tql|newer format|1|version|tql -d $T/newer '{}'
	tql|another kind|2|holds logs|tql -d $LOGS_STORE '{}'
	tql|wrong query|2|-e:1:|tql -d $TRACES_STORE '{ status = }'
	lql|unknown option|2|unknown option|lql -Z
	lql|missing folder|1|nowhere: no store here|lql -d $T/nowhere '{a="b"}'
	lql|full disk|1|No space|lql -d $LOGS_STORE '{service_name=~".+"}' >/dev/full
	lql|newer format|1|version|lql -d $T/newer '{a="b"}'
	lql|another kind|2|holds traces|lql -d $TRACES_STORE '{a="b"}'
	lql|wrong query|2|-e:1:|lql -d $LOGS_STORE '{a='
	otlp-recv|unknown option|2|unknown option|otlp-recv -Z
	otlp-recv|missing folder|1|No such file|otlp-recv -g 127.0.0.1:0 -H none -o $T/nowhere/deep/spool
	otlp-recv|bad address|2|address|otlp-recv -g nonsense:x -H none
	otlp-recv|newer format|1|version|otlp-recv -g 127.0.0.1:0 -H none -o $T/newspool
	otlp-recv|missing file|1|No such file|otlp-recv -g 127.0.0.1:0 -H none -c $T/nowhere -k $T/nowhere
	batch|broken record|1|stdin:0: |batch <$T/broken.rec
	batch|truncated file|1|cut short|batch <$T/cut.rec
	batch|unknown option|2|unknown option|batch -Z
	batch|missing file|1|No such file|batch $T/nowhere.rec
	batch|full disk|1|No space|batch <$LOGS >/dev/full
	otlp-send|broken record|1|stdin:0: |otlp-send http://127.0.0.1:1 <$T/broken.rec
	otlp-send|unknown option|2|unknown option|otlp-send -Z
	otlp-send|missing folder|1|No such file|otlp-send -r $T/nowhere http://127.0.0.1:1
	otlp-send|bad address|2|address|otlp-send nonsense:// <$LOGS
	otlp-send|newer format|1|version|otlp-send --once -r $T/newspool http://127.0.0.1:1
	logpush|broken record|1|stdin:0: |logpush http://127.0.0.1:1 <$T/broken.rec
	logpush|unknown option|2|unknown option|logpush -Z
	logpush|missing folder|1|No such file|logpush -r $T/nowhere http://127.0.0.1:1
	logpush|bad address|2|address|logpush nonsense:// <$LOGS
	logpush|newer format|1|version|logpush --once -r $T/newspool http://127.0.0.1:1
	END
}

data() {
	grep -h resourceSpans "$ROOT/examples/shop.jsonl" | rec -r >"$T/traces.rec"
	grep -h resourceLogs "$ROOT/examples/shop.jsonl" | rec -r >"$T/logs.rec"
	export T LOGS=$T/logs.rec SPOOL=$T/spool TRACES_STORE=$T/ts LOGS_STORE=$T/ls
	spool "$SPOOL" "$T/traces.rec" "$LOGS"
	tstore -d "$TRACES_STORE" "$T/traces.rec"
	lstore -d "$LOGS_STORE" "$LOGS"
	# a byte of the second record's frame is no longer what it was
	cp "$T/traces.rec" broken.rec
	printf '\377\377\377\377\377\377\377\377\377\377\377' | dd of=broken.rec bs=1 seek=0 conv=notrunc 2>/dev/null
	head -c 3000 "$T/traces.rec" >cut.rec
}

# A store and a spool that say they are of a later version: the version number
# stands behind the magic, and readers look at it before anything else.
later() {
	mkdir -p newer/blocks
	cp "$TRACES_STORE/MANIFEST" newer/MANIFEST
	printf '\377' | dd of=newer/MANIFEST bs=1 seek=8 conv=notrunc 2>/dev/null
	cp -r "$SPOOL" newspool
	printf 2 | dd of=newspool/lock bs=1 seek=3 conv=notrunc 2>/dev/null
}

@test "what each tool does with what can go wrong" {
	data
	later
	wrong=0
	while IFS='|' read -r tool what status word command; do
		out=$(bash -c "$command" 2>&1 </dev/null >"$T/stdout") && got=0 || got=$?
		if [ "$got" -ne "$status" ] || [[ $out != "$tool: "*"$word"* ]]; then
			echo "$tool, $what: status $got, not $status, or no \"$word\": $out"
			wrong=1
		fi
	done < <(table)
	[ "$wrong" -eq 0 ]
}

@test "a second writer of a store is told to come again" {
	for s in tstore lstore; do
		mkfifo "$s.in"
		"$s" -d "$s.d" - <"$s.in" &
		PIDS+=($!)
		exec 6>"$s.in"
		until_true test -e "$s.d/MANIFEST"
		run "$s" -d "$s.d" /dev/null
		[ "$status" -eq 75 ]
		[[ $output == "$s: "*writer* ]] || [[ $output == "$s: "*lock* ]]
		exec 6>&-
	done
}

@test "a flipped byte anywhere in a store is named, and the rest still answers" {
	data
	for s in "tstore ts tql" "lstore ls lql"; do
		set -- $s
		block=$(ls "$T/$2"/blocks/*.blk | head -n 1)
		size=$(stat -c %s "$block")
		for at in 0 9 100 $((size / 3)) $((size / 2)) $((size - 100)) $((size - 5)); do
			cp "$block" keep
			byte=$(od -An -tu1 -j "$at" -N 1 "$block" | tr -d ' ')
			printf "\\$(printf %o $((byte ^ 1)))" | dd of="$block" bs=1 seek="$at" conv=notrunc 2>/dev/null
			run "$1" -d "$T/$2" --check
			[ "$status" -eq 1 ] || { echo "$1: byte $at: $output"; false; }
			[[ $output == *"${block##*/}"* ]] || { echo "$1: byte $at: $output"; false; }
			cp keep "$block"
		done
		run "$1" -d "$T/$2" --check
		[ "$status" -eq 0 ]
	done
}
