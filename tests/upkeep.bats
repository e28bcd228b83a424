#!/usr/bin/env bats
# Snapshots and expiry while a store's writer is busy: a copy is a prefix of
# what was sent, what is left after expiry a suffix, and both are whole.
load helper

# some FROM TO: records of a span and of a line, with the number as trace id
some() {
	awk -v from="$1" -v to="$2" 'BEGIN {
		res = "\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]}"
		for (i = from; i <= to; i++) {
			t = 1763800000 + i "000000000"
			printf "{\"resourceSpans\":[{%s,\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"n\",\"startTimeUnixNano\":\"%s\",\"endTimeUnixNano\":\"%s\"}]}]}]}\n", res, i, i, t, t
			printf "{\"resourceLogs\":[{%s,\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"%s\",\"traceId\":\"%032x\",\"body\":{\"stringValue\":\"line %d\"}}]}]}]}\n", res, t, i, i
		}
	}' | rec -r
}

# ids DIR: what the store holds, in order. A name in t is of traces, in l of logs
ids() {
	case $1 in
	t*) tql -d "$1" '{}' -n all -o ids ;;
	l*) lql -d "$1" '{service_name="s"}' -n all -o ids ;;
	esac | sort
}

# run_of FIRST LAST: the ids on stdin are just these numbers
run_of() {
	local first=$1 last=$2
	diff <(cat) <(awk -v a="$first" -v b="$last" 'BEGIN { for (i = a; i <= b; i++) printf "%032x\n", i }')
}

# suffix DIR LAST MOST: it holds FIRST to LAST, FIRST being MOST or less
suffix() {
	ids "$1" >got
	first=$(($2 - $(wc -l <got) + 1))
	run_of "$first" "$2" <got
	[ "$first" -le "$3" ]
}

# Follows queue into store $1, in very small blocks.
busy() {
	local tool=tstore
	[ "$1" = t ] || tool=lstore
	"$tool" -d "$1" --seal-bytes 16k --merge-bytes 64k queue &
	PIDS+=($!)
	until_true test -e "$1/MANIFEST"
}

feed() {
	for k in "$@"; do
		spool --sync none queue "$k"
	done
}

@test "a snapshot under load is a prefix, and whole" {
	mkdir parts
	for k in $(seq 10 29); do
		some $(((k - 10) * 200 + 1)) $(((k - 9) * 200)) >parts/$k
	done
	spool queue parts/10
	busy t
	busy l
	feed parts/1[1-9] parts/2* &
	feeder=$!
	PIDS+=("$feeder")
	for n in 1 2 3 4 5; do
		for s in t l; do
			"${s}store" -d $s --snapshot $s$n
		done
	done
	wait "$feeder"
	for s in t l; do
		before=200
		for n in 1 2 3 4 5; do
			"${s}store" -d $s$n --check
			ids $s$n >got
			count=$(wc -l <got)
			run_of 1 "$count" <got
			[ "$count" -ge "$before" ]
			before=$count
		done
		ids $s | run_of 1 4000
	done
}

@test "expiry under load loses nothing younger" {
	mkdir parts
	for k in $(seq 10 29); do
		some $(((k - 10) * 200 + 1)) $(((k - 9) * 200)) >parts/$k
	done
	feed parts/1[0-4]
	busy t
	busy l
	for s in t l; do
		"${s}store" -d $s --expire 1h
		ids $s | run_of 1 1000
	done
	feed parts/1[5-9] parts/2[0-4] &
	feeder=$!
	PIDS+=("$feeder")
	for s in t l; do
		"${s}store" -d $s --expire 1ms
		"${s}store" -d $s --expire 16KiB
	done
	wait "$feeder"
	feed parts/2[5-9]
	for s in t l; do
		suffix $s 4000 3001
		"${s}store" -d $s --expire 4KiB
		suffix $s 4000 4001	# a block more is over it
		[ "$first" -gt 1 ]
		"${s}store" -d $s --check
	done
}
