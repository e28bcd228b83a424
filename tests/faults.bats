#!/usr/bin/env bats
# What each tool does with what can go wrong. The table: tool, what is wrong,
# the exit status, a word of the message, and the command.
#
# Not in it, for there is no such thing: batch reads streams, which have no
# version; otlp-send and logpush write nothing to stdout; a spool may have
# several writers (spool.bats). A disk that is full below a spool or a store:
# full.bats. Broken and truncated requests: otlp-recv.bats.
load helper
bats_require_minimum_version 1.5.0

table() {
	cat <<-'END'
	rec|broken record|1|broken.rec:0: |rec -o json $T/broken.rec
	rec|truncated file|1|cut short|rec -o json $T/cut.rec
	rec|unknown option|2|unknown option|rec -Z
	rec|missing file|1|No such file|rec $T/nowhere
	rec|full disk|1|No space|rec -o json $LOGS >/dev/full
	rec|closed stdout|1|stdout: |rec -o json $LOGS >&-
	rec|newer format|1|version|rec $T/newspool
	spool|broken record|1|broken.rec:0: |spool $T/s1 $T/broken.rec
	spool|truncated file|1|cut short|spool $T/s2 $T/cut.rec
	spool|unknown option|2|unknown option|spool -Z
	spool|missing folder|1|nowhere: not a spool|spool -l $T/nowhere
	spool|missing file|1|No such file|spool $T/s3 $T/nowhere.rec
	spool|full disk|1|No space|spool -r $SPOOL >/dev/full
	spool|closed stdout|1|stdout: |spool -r $SPOOL >&-
	spool|closed stdout|1|stdout: |spool -l $SPOOL >&-
	spool|newer format|1|version|spool $T/newspool $T/traces.rec
	tstore|broken record|1|broken.rec:0: |tstore -d $T/t1 $T/broken.rec
	tstore|truncated file|1|cut short|tstore -d $T/t2 $T/cut.rec
	tstore|unknown option|2|unknown option|tstore -Z
	tstore|missing folder|1|nowhere: no store here|tstore -d $T/nowhere --info
	tstore|missing file|1|No such file|tstore -d $T/t3 $T/nowhere.rec
	tstore|newer spool|1|version|tstore -d $T/t4 --once $T/newspool
	tstore|full disk|1|No space|tstore -d $TRACES_STORE --info >/dev/full
	tstore|closed stdout|1|stdout: |tstore -d $TRACES_STORE --info >&-
	tstore|truncated block|1|.blk: not a block, or cut short|tstore -d $T/cut-tstore --check
	tstore|newer format|1|version|tstore -d $T/newer --info
	tstore|newer block|1|.blk: version 255|tstore -d $T/new-tstore --check
	tstore|another kind|2|holds logs|tstore -d $LOGS_STORE --info
	lstore|broken record|1|broken.rec:0: |lstore -d $T/l1 $T/broken.rec
	lstore|truncated file|1|cut short|lstore -d $T/l2 $T/cut.rec
	lstore|unknown option|2|unknown option|lstore -Z
	lstore|missing folder|1|nowhere: no store here|lstore -d $T/nowhere --info
	lstore|missing file|1|No such file|lstore -d $T/l3 $T/nowhere.rec
	lstore|newer spool|1|version|lstore -d $T/l4 --once $T/newspool
	lstore|full disk|1|No space|lstore -d $LOGS_STORE --info >/dev/full
	lstore|closed stdout|1|stdout: |lstore -d $LOGS_STORE --info >&-
	lstore|truncated block|1|.blk: not a block, or cut short|lstore -d $T/cut-lstore --check
	lstore|newer format|1|version|lstore -d $T/newer --info
	lstore|newer block|1|.blk: version 255|lstore -d $T/new-lstore --check
	lstore|another kind|2|holds traces|lstore -d $TRACES_STORE --info
	tql|unknown option|2|unknown option|tql -Z
	tql|missing folder|1|nowhere: no store here|tql -d $T/nowhere '{}'
	tql|full disk|1|No space|tql -d $TRACES_STORE '{}' >/dev/full
	tql|closed stdout|1|stdout: |tql -d $TRACES_STORE '{}' >&-
	tql|closed stdout, a trace|1|stdout: |tql -d $TRACES_STORE ca8c3b >&-
	tql|closed stdout, following|1|stdout: |tql -d $TRACES_STORE -f '{}' >&-
	tql|closed stdout, the prompt|1|stdout: |echo '{}' | tql -d $TRACES_STORE >&-
	tql|truncated block|1|.blk: not a block, or cut short|tql -d $T/cut-tstore '{}'
	tql|newer format|1|version|tql -d $T/newer '{}'
	tql|newer block|1|.blk: version 255|tql -d $T/new-tstore '{}'
	tql|another kind|2|holds logs|tql -d $LOGS_STORE '{}'
	tql|wrong query|2|-e:1:|tql -d $TRACES_STORE '{ status = }'
	lql|unknown option|2|unknown option|lql -Z
	lql|missing folder|1|nowhere: no store here|lql -d $T/nowhere '{a="b"}'
	lql|full disk|1|No space|lql -d $LOGS_STORE '{service_name=~".+"}' >/dev/full
	lql|closed stdout|1|stdout: |lql -d $LOGS_STORE '{service_name=~".+"}' >&-
	lql|closed stdout, labels|1|stdout: |lql -d $LOGS_STORE --labels >&-
	lql|closed stdout, following|1|stdout: |lql -d $LOGS_STORE -f '{service_name=~".+"}' >&-
	lql|closed stdout, the prompt|1|stdout: |echo '{service_name=~".+"}' | lql -d $LOGS_STORE >&-
	lql|truncated block|1|.blk: not a block, or cut short|lql -d $T/cut-lstore '{a="b"}'
	lql|newer format|1|version|lql -d $T/newer '{a="b"}'
	lql|newer block|1|.blk: version 255|lql -d $T/new-lstore '{a="b"}'
	lql|another kind|2|holds traces|lql -d $TRACES_STORE '{a="b"}'
	lql|wrong query|2|-e:1:|lql -d $LOGS_STORE '{a='
	otlp-recv|unknown option|2|unknown option|otlp-recv -Z
	otlp-recv|missing folder|1|No such file|otlp-recv -g 127.0.0.1:0 -H none -o $T/nowhere/deep/spool
	otlp-recv|closed stdout|1|stdout: |otlp-recv -g 127.0.0.1:0 -H none >&-
	otlp-recv|bad address|2|address|otlp-recv -g nonsense:x -H none
	otlp-recv|newer format|1|version|otlp-recv -g 127.0.0.1:0 -H none -o $T/newspool
	otlp-recv|missing file|1|No such file|otlp-recv -g 127.0.0.1:0 -H none -c $T/nowhere -k $T/nowhere
	batch|broken record|1|stdin:0: |batch <$T/broken.rec
	batch|truncated file|1|cut short|batch <$T/cut.rec
	batch|unknown option|2|unknown option|batch -Z
	batch|missing file|1|No such file|batch $T/nowhere.rec
	batch|full disk|1|No space|batch <$LOGS >/dev/full
	batch|closed stdout|1|stdout: |batch <$LOGS >&-
	otlp-send|broken record|1|stdin:0: |otlp-send http://127.0.0.1:1 <$T/broken.rec
	otlp-send|truncated file|1|cut short|otlp-send http://127.0.0.1:1 <$T/first.rec
	otlp-send|unknown option|2|unknown option|otlp-send -Z
	otlp-send|missing folder|1|No such file|otlp-send -r $T/nowhere http://127.0.0.1:1
	otlp-send|bad address|2|address|otlp-send nonsense:// <$LOGS
	otlp-send|newer format|1|version|otlp-send --once -r $T/newspool http://127.0.0.1:1
	logpush|broken record|1|stdin:0: |logpush http://127.0.0.1:1 <$T/broken.rec
	logpush|truncated file|1|cut short|logpush http://127.0.0.1:1 <$T/first.rec
	logpush|unknown option|2|unknown option|logpush -Z
	logpush|missing folder|1|No such file|logpush -r $T/nowhere http://127.0.0.1:1
	logpush|bad address|2|address|logpush nonsense:// <$LOGS
	logpush|newer format|1|version|logpush --once -r $T/newspool http://127.0.0.1:1
	query-remote|unknown option|2|unknown option|query-remote -Z
	query-remote|full disk|1|No space|printf '\001?' | query-remote loki http://127.0.0.1:1 >/dev/full
	query-remote|closed stdout|1|stdout: |printf '\001?' | query-remote loki http://127.0.0.1:1 >&-
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
	head -c 40 "$LOGS" >first.rec	# not even one is whole
}

# crc32c: of stdin, as four bytes
crc32c() {
	local c=$((0xffffffff)) byte k
	for byte in $(od -An -v -tu1); do
		c=$((c ^ byte))
		for k in 1 2 3 4 5 6 7 8; do
			c=$((c & 1 ? c >> 1 ^ 0x82f63b78 : c >> 1))
		done
	done
	c=$((c ^ 0xffffffff))
	printf "$(printf '\\x%02x' $((c & 255)) $((c >> 8 & 255)) $((c >> 16 & 255)) $((c >> 24)))"
}

# Stores whose block has lost its end, or says in its tail that it is of a
# later version.
blocks() {
	local s blk at
	for s in tstore lstore; do
		cp -r "${s:0:1}s" cut-$s
		truncate -s -9 cut-$s/blocks/*.blk
		cp -r "${s:0:1}s" new-$s
		blk=$(ls new-$s/blocks/*.blk)
		at=$(($(stat -c %s "$blk") - 32))
		{
			tail -c 32 "$blk" | head -c 16
			printf '\377\0\0\0'
		} >tail
		crc32c <tail >>tail
		dd if=tail of="$blk" bs=1 seek=$at conv=notrunc status=none
	done
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
	blocks
	wrong=0
	while IFS='|' read -r tool what status word command; do
		out=$(bash -c "$command" 2>&1 </dev/null >"$T/stdout") && got=0 || got=$?
		if [ "$got" -ne "$status" ] || [[ $out != "$tool: "*"$word"* ]]; then
			echo "$tool, $what: status $got, not $status, or no \"$word\": $out"
			wrong=1
		fi
		if [[ $command == *">"* && $out == *$'\n'* ]]; then	# of stdout: once
			echo "$tool, $what: said more than that: $out"
			wrong=1
		fi
	done < <(table)
	[ "$wrong" -eq 0 ]
}

@test "what is said where stderr is closed does not go into a file" {
	for closed in '2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		run bash -c "spool s '$ROOT/examples/two.rec' nowhere $closed"
		[ "$status" -eq 1 ]
		spool -v s | grep -q '^2 records, 0 damaged'
		[ "$(cat s/*.rec | rec -c)" = "$(rec -c "$ROOT/examples/two.rec")" ]
		[ "$(stat -c %s s/lock)" -eq 40 ]
		rm -r s
	done
	run bash -c 'rec <&-'
	[ "$status" -eq 1 ]
	[[ $output == "rec: stdin:"* ]]
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

# two_blocks: stores t and l of two live blocks each. What was merged to the last
# level is left alone, what comes after it is a block beside it.
two_blocks() {
	local s from
	for s in tstore lstore; do
		for from in shop shop shop cart; do
			rec -r "$ROOT/examples/$from.jsonl" >in.rec
			"$s" -d all-$s --merge-bytes 512 in.rec
		done
		"$s" -d all-$s --snapshot "${s:0:1}"	# its live blocks
		[ "$(ls "${s:0:1}/blocks" | wc -l)" -eq 2 ]
	done
}

ids() { tql -d t -n all -o ids '{}'; }
lines() { lql -d l -n all -o raw '{service_name=~".+"}'; }

# answers STATUS QUERY: sorted, in the file got; what was said, in said
answers() {
	local status=0
	"$2" >got 2>said || status=$?
	sort -o got got
	[ "$status" -eq "$1" ] || { echo "$2: status $status: $(cat said)"; return 1; }
}

@test "a flipped byte anywhere in a block is named, the rest still answers" {
	two_blocks
	flipped=0
	for s in "tstore t ids tql" "lstore l lines lql"; do
		read -r store dir query tool <<<"$s"
		answers 0 $query
		cp got whole
		for block in "$dir"/blocks/*.blk; do
			name=$dir/blocks/${block##*/}
			size=$(stat -c %s "$block")
			mv "$block" keep
			answers 1 $query
			cp got rest
			[ -s rest ]
			for at in 9 $(seq 20 $((size / 23)) "$size") $((size - 100)) $((size - 5)); do
				[ "$at" -lt "$size" ] || continue
				cp keep "$block"
				flip "$block" "$at"
				fails 1 "$store" -d "$dir" --check
				[[ $output =~ ^"$store: $name: "(head|footer|tail|not a block|stripe 0: (column [a-z._]+: (page 0|dictionary|null bits)|packed page [0-9]+|blob [a-z0-9]+)|section [a-z]+)[:,] ]] ||
					{ echo "$at: $output"; false; }
				run answers 0 $query
				if [ "$status" -eq 0 ]; then
					cmp got whole	# not needed for this
					continue
				fi
				answers 1 $query
				grep -q "^$tool: $name: " said
				[ -z "$(comm -13 got rest)" ]
				[ -z "$(comm -23 got whole)" ]
				flipped=$((flipped + 1))
			done
			mv keep "$block"
		done
		"$store" -d "$dir" --check
	done
	[ "$flipped" -gt 20 ]
}

@test "a store of which nothing can be read is not said to be empty" {
	data
	for s in "ts ids" "ls lines"; do
		read -r dir query <<<"$s"
		truncate -s -9 "$dir"/blocks/*.blk
		mv "$dir" "${dir:0:1}"
		answers 1 "$query"
		[[ $(cat said) != *"no match"* ]]
	done
}

@test "a flipped byte in a manifest is named, by all that read it" {
	two_blocks
	for s in "tstore t ids" "lstore l lines"; do
		read -r store dir query <<<"$s"
		cp "$dir/MANIFEST" keep
		for ((at = 0; at < $(stat -c %s keep); at += 7)); do
			cp keep "$dir/MANIFEST"
			flip "$dir/MANIFEST" $at
			fails 1 $query
			[[ $output == *"$dir/MANIFEST: "* ]]
			fails 1 "$store" -d "$dir" --check
			[[ $output == *"$dir/MANIFEST: "* ]]
			fails 1 "$store" -d "$dir" in.rec
		done
		cp keep "$dir/MANIFEST"
		"$store" -d "$dir" --check
	done
}

@test "a flipped byte in a segment that is the tail is named, the rest answers" {
	for s in "tstore t ids tql resourceSpans" "lstore l lines lql resourceLogs"; do
		read -r store dir query tool field <<<"$s"
		grep -h "$field" "$ROOT/examples/shop.jsonl" | head -n 1 | rec -r | spool "$dir.q"
		"$store" -d "$dir" --once "$dir.q"
		answers 0 $query
		cp got rest
		first=$(stat -c %s "$dir.q/0000000000000001.rec")
		grep -h "$field" "$ROOT/examples/cart.jsonl" | rec -r | spool "$dir.q"
		grep -h "$field" "$ROOT/examples/shop.jsonl" | rec -r | spool "$dir.q"
		answers 0 $query
		cp got whole
		[ "$(wc -l <whole)" -gt "$(wc -l <rest)" ]
		flip "$dir.q/0000000000000001.rec" $((first + 60))
		answers 1 $query
		grep -q "^$tool: $PWD/$dir.q: segment 1:$first: .* skipped" said
		[ -z "$(comm -13 got rest)" ]
		[ -z "$(comm -23 got whole)" ]
		fails 1 "$store" -d "$dir" --check
		[[ $output == *"$dir.q: segment 1:$first: "* ]]
	done
}
