#!/usr/bin/env bats
# lstore(1): take in, be asked, be killed, be looked after; logs(5).
load helper

shop() { rec -r "$ROOT/examples/shop.jsonl"; }
all() { lql -d "$1" -n all -o raw --direction forward '{service_name=~".+"}'; }
rows() { lstore -d "$1" --info | grep ^all | tr -s ' ' | cut -d' ' -f3; }

@test "the manual's examples" {
	examples lstore.1
}

@test "a file, stdin and a spool: the same lines; twice is once" {
	shop >shop.rec
	lstore -d f shop.rec
	lstore -d f shop.rec
	lstore -d p <shop.rec
	spool sp shop.rec
	lstore --once -d s sp
	[ "$(rows f)" -eq 41 ]
	[ "$(rows s)" -eq 41 ]
	all f >want
	[ "$(wc -l <want)" -eq 41 ]
	all p | diff want -
	all s | diff want -
	lstore -d f --check
	lstore -d p --check
}

@test "what a spool holds is found before it is sealed" {
	shop >shop.rec
	spool sp shop.rec
	lstore -d s sp 2>err &
	PIDS+=($!)
	found() { [ "$(all s 2>/dev/null | wc -l)" -eq 41 ]; }
	until_true found
	kill -TERM "${PIDS[0]}"
	wait "${PIDS[0]}"
	[ "$(rows s)" -eq 41 ]
}

@test "merges: many seals, one answer" {
	shop >shop.rec
	lstore -d one shop.rec
	rec shop.rec | while read -r line; do
		echo "$line" | rec -r | lstore -d many
	done
	lstore -d many --compact
	lstore -d many --check
	all one >want
	all many | diff want -
	rm -rf many/wal
	[ "$(rows many)" -eq 41 ]
}

@test "--labels: the streams of a store" {
	shop | lstore -d s -L service.version
	lstore -d s --info | grep -q '^service_version  *1 '
	lql -d s -n 1 -o raw '{service_version="1.4.2"}' | grep -q .
	run lql -d s -o raw '{service_name="cart"}'
	[ "$status" -eq 0 ]
	[[ "$output" == *"no match"* || -z "$output" ]]
}

# many N [FROM]: a record of N streams, a line each, by the name of their pod
many() {
	awk -v n="$1" -v from="${2:-0}" 'BEGIN {
		printf "{\"resourceLogs\":["
		for (i = from; i < from + n; i++)
			printf "%s{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s%d\"}},{\"key\":\"k8s.pod.name\",\"value\":{\"stringValue\":\"p%d\"}}]},\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"1767225600000000000\",\"body\":{\"stringValue\":\"x\"}}]}]}", (i > from) ? "," : "", i % 7, i
		print "]}"
	}' | rec -r
}

@test "too many streams: folded, and the label to blame is named" {
	many 50010 >many.rec
	run lstore -d s many.rec
	[ "$status" -eq 0 ]
	[[ "$output" == *'10 lines went to {__overflow__="true"}'* ]]
	[[ "$output" == *'label "k8s_pod_name" alone has 50000 values'* ]]
	[ "${#lines[@]}" -eq 1 ]
	lql -d s -n all -o json '{__overflow__="true"}' >folded
	[ "$(wc -l <folded)" -eq 10 ]
	grep -q '"k8s_pod_name":"p50009"' folded
	# as in one batch, so in many
	lstore -d t --memory 2MiB many.rec 2>err
	grep -q 'label "k8s_pod_name" alone has 50000 values' err
	lql -d t -n all -o json '{__overflow__="true"}' | diff folded -
	lstore -d s --info >info
	grep -q '^streams 50001$' info
	[ "$(awk '/^label/ { getline; print $1, $2 }' info)" = "k8s_pod_name 50000" ]
}

@test "a storm of streams: memory stays bounded, old data answers" {
	local n=$(( ${SOAK:+850000} + 150000 ))
	shop | lstore -d s
	all s >before
	mkfifo pipe
	lstore -d s <pipe 2>err &
	PIDS+=($!)
	exec 7>pipe
	for ((i = 0; i < n; i += 10000)); do
		many 10000 $i >&7
	done
	there() { [ "$(lql 2>/dev/null -d s -n all -o raw '{service_name=~"s[0-9]"}' | wc -l)" -ge 50000 ]; }
	until_true there
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/${PIDS[0]}/status")" -lt "$(roomy $((160 * 1024)))" ]
	exec 7>&-
	wait "${PIDS[0]}"
	grep -q 'label "k8s_pod_name" alone has 50000 values' err
	[ "$(lql -d s -n all -o raw '{__overflow__="true"}' | wc -l)" -gt 0 ]
	[ "$(rows s)" -eq $((n + 41)) ]
	lql -d s -n all -o raw --direction forward '{service_name!~"s[0-9]", service_name=~".+"}' |
		diff before -
	lstore -d s --check
}

@test "very large values: memory stays within a few of them" {
	for i in 1 2 3; do
		printf '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"%d","body":{"stringValue":"' $((1767225600000000000 + i))
		head -c 60000000 /dev/zero | tr '\0' x
		printf '"}}]}]}]}\n'
	done | rec -r >big.rec
	mkfifo pipe
	lstore -d s <pipe &
	PIDS+=($!)
	exec 7>pipe
	cat big.rec >&7
	found() { [ "$(lql 2>/dev/null -d s -n all -o raw '{service_name=~".+"}' | wc -c)" -eq 180000003 ]; }
	until_true found
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/${PIDS[0]}/status")" -lt "$(roomy 200000)" ]
	exec 7>&-
	wait "${PIDS[0]}"
	[ "$(lql -d s -n all -o raw '{service_name=~".+"}' | wc -c)" -eq 180000003 ]
}

@test "a flipped byte is named, the rest still answers" {
	shop >shop.rec
	lstore -d s shop.rec
	blk=$(ls s/blocks/*.blk | head -1)
	flip "$blk" 300
	fails 1 lstore -d s --check
	[[ "$output" == *"$(basename "$blk")"* ]]
	run lql -d s -n all -o raw '{service_name=~".+"}'
	[ "$status" -eq 1 ]
	[ "$(grep -c checksum <<<"$output")" -eq 1 ]	# not once a line
}

@test "what it refuses, and how" {
	shop >shop.rec
	fails 2 lstore shop.rec
	fails 2 lstore -d s --nonsense
	fails 2 lstore -d s --keep soon
	fails 1 lstore -d s missing.rec
	[[ "$output" == *missing.rec* ]]
	head -c 900 shop.rec >torn.rec
	fails 1 lstore -d t torn.rec
	[[ "$output" == *torn.rec* ]]
	printf '\003\032\001\377' >bad.rec
	run lstore -d b bad.rec
	[[ "$output" == *"not well formed"* ]]
}

@test "--info: where the bytes are" {
	shop | lstore -d s
	lstore -d s --info >info
	awk '/^column/ { on = 1; next } on { sum += $NF } END { exit !(sum > 1 && sum < 1000) }' info
	grep -Eq '^time +[0-9.]+ [KM]?i?B +41 +[0-9]+\.[0-9]{2}$' info
	grep -q '^(text: templates and values) ' info
}

@test "a second writer is sent away" {
	shop >shop.rec
	mkfifo pipe
	lstore -d s <pipe &
	PIDS+=($!)
	exec 7>pipe
	cat shop.rec >&7
	found() { [ "$(all s 2>/dev/null | wc -l)" -eq 41 ]; }
	until_true found
	fails 75 lstore -d s shop.rec
	exec 7>&-
	wait "${PIDS[0]}"
}

@test "--delete: gone for readers, and from the blocks; tail included" {
	shop >shop.rec
	spool sp shop.rec
	lstore --once -d s sp
	all s >before
	spool sp shop.rec	# the same again, not sealed: found once
	lstore -d s --delete '{service_name="cart"} |= "u-11"'
	grep -v 'cart of u-11' before | diff - <(all s)
	lstore -d s --check
	[ "$(lstore -d s --info | grep -c ^delete)" -eq 0 ]
	# what comes later stays
	spool sp shop.rec
	all s | diff before -
	lstore -d s --delete '{service_name=~".+"} !~ "[0-9]"' --tenant other
	all s | diff before -
	lstore -d s --delete '{service_name=~".+"} !~ "[0-9]"'
	grep '[0-9]' before | diff - <(all s)
	lstore -d s --delete '{service_name=~".+"}'
	[ -z "$(all s)" ] && [ "$(rows s)" -eq 0 ]
	[ -z "$(lql -d s --series)" ]
}

@test "--delete: of a range; --expire of a selector; mistakes" {
	shop >shop.rec
	lstore -d s shop.rec
	all s >before
	at=$(lql -d s -o csv --direction forward '{service_name=~".+"}' | sed -n '21s/,.*//p')
	lstore -d s --delete '{service_name=~".+"}' --from 2020-01-01 --to "$at"
	tail -n +20 before | diff - <(all s)
	lstore -d s --expire '{service_name="cart"}=100y'
	tail -n +20 before | diff - <(all s)
	lstore -d s --expire '{service_name="cart"}=1s'
	lql -d s --series -o raw >left
	[ -s left ]
	! grep cart left || false
	fails 2 lstore -d s --expire '{service_name="cart"}=soon'
	fails 2 lstore -d s --delete '{service_name="cart" |= "x"'
	[[ $output == *'--delete:1:22: expected , or }'* ]]
	fails 2 lstore -d s --delete '{service_name="cart"} | json'
	fails 2 lstore -d s --delete 'rate({service_name="cart"}[1m])'
	fails 2 lstore -d s --delete '{service_name="cart"}' --to 2019-01-01 --from 2020-01-01
	fails 2 lstore -d s --delete '{service_name="cart"}' --compact
	fails 2 lstore -d s --from 1h
	fails 1 lstore -d nowhere --delete '{service_name="cart"}'
}

@test "--delete: asked of a running writer" {
	shop >shop.rec
	spool sp shop.rec
	lstore -d s --seal-time 1h sp 2>err &
	PIDS+=($!)
	found() { [ "$(all s 2>/dev/null | wc -l)" -eq "$1" ]; }
	until_true found 41
	n=$(all s | grep -vc 'cart of u-1')
	[ "$n" -lt 41 ]
	lstore -d s --delete '{service_name=~".+"} |= "cart of u-1"'
	found "$n"	# at once
	gone() { ! lstore -d s --info | grep -q ^delete; }
	until_true gone	# and in time from the blocks
	found "$n"
	grep -q 'request delete .*done' err
	kill -KILL "${PIDS[0]}"
	wait "${PIDS[0]}" || true
	lstore --once -d s sp
	found "$n"
	lstore -d s --check
	# a manifest made anew knows them as the old one did
	lstore -d s --repair 2>/dev/null
	found "$n"
}
