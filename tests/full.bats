#!/usr/bin/env bats
# A disk that is really full: what is new is refused, what is kept stays, and
# it goes on when there is room. The disk is a tmpfs of 3 MiB where mounting is
# allowed; elsewhere no file may grow (RLIMIT_FSIZE, with SIGXFSZ ignored).
load helper

disk() {
	mkdir disk
	MOUNTED=
	! mount -t tmpfs -o size=3m none disk 2>/dev/null || MOUNTED=1
	trap '' XFSZ
}

# fill PID..., room PID...: no more is written from now on; it is again
fill() {
	local p
	if [ "$MOUNTED" ]; then
		cat /dev/zero >disk/filler 2>/dev/null || true
	else
		for p; do prlimit --pid "$p" --fsize=1:unlimited; done
	fi
}

room() {
	local p
	rm -f disk/filler
	for p; do prlimit --pid "$p" --fsize=unlimited:unlimited; done
}

teardown() {
	for p in "${PIDS[@]}"; do
		kill "$p" 2>/dev/null || true
	done
	for p in "${PIDS[@]}"; do
		wait "$p" 2>/dev/null || true
	done
	cd / || return
	[ -z "$MOUNTED" ] || umount "$T/disk"
	rm -rf "$T"
}

shop() { rec -r "$ROOT/examples/shop.jsonl"; }
records() { rec -c "$1" | awk '{ n += $2 } END { print n }'; }
send() { curl -s -o answer -w '%{http_code}\n' -H content-type:application/json -d @"$1" "http://$AT/v1/traces"; }

@test "spool: refuses, keeps, goes on" {
	disk
	shop >one.rec
	spool disk/q one.rec
	spool -r disk/q >before
	fill $BASHPID
	fails 1 spool disk/q one.rec one.rec one.rec one.rec
	[[ $output == *"No space left"* || $output == *"File too large"* ]]
	room $BASHPID
	spool -v disk/q
	spool -r disk/q >after
	cmp -n "$(stat -c %s before)" before after
	spool disk/q one.rec
	spool -v disk/q
	[ "$(records disk/q)" -ge $((2 * $(records one.rec))) ]
}

@test "otlp-recv -o: says try later, keeps, goes on" {
	disk
	grep -h resourceSpans "$ROOT/examples/shop.jsonl" | head -n 1 >one.json
	otlp-recv -g none -H 127.0.0.1:0 -o disk/q --ports-file ports 2>err &
	PIDS+=($!)
	until_true test -s ports
	AT=$(sed -n 's/^http //p' ports)
	[ "$(send one.json)" = 200 ]
	fill "${PIDS[0]}"
	[ "$(send one.json)" = 503 ]
	[ "$(send one.json)" = 503 ]
	room "${PIDS[0]}"
	[ "$(send one.json)" = 200 ]
	kill "${PIDS[0]}"
	wait "${PIDS[0]}"
	PIDS=()
	spool -v disk/q
	[ "$(spool -r disk/q | rec -o json | grep -c resourceSpans)" -eq 2 ]
}

@test "the stores: fail aloud, keep what is in, take the rest later" {
	disk
	shop >one.rec
	for s in "tstore tql {}" 'lstore lql {service_name=~".+"}'; do
		read -r store ask query <<<"$s"
		"$store" -d "disk/$store" one.rec
		"$ask" -d "disk/$store" "$query" -n all -o json >before
		fill $BASHPID
		fails 1 "$store" -d "disk/$store" one.rec
		[[ $output == "$store: "*"No space left"* || $output == "$store: "*"File too large"* ]]
		room $BASHPID
		"$store" -d "disk/$store" --check
		"$ask" -d "disk/$store" "$query" -n all -o json | cmp - before
		"$store" -d "disk/$store" one.rec
		"$store" -d "disk/$store" --compact
		"$ask" -d "disk/$store" "$query" -n all -o json | cmp - before
	done
}
