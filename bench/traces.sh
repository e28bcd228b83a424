# shellcheck shell=bash disable=SC2154
# Sourced by run.sh: queries over the trace store, as ratios to zstd -d of the
# raw file. Both are whole processes, started without a shell, with their files
# in memory and their output going nowhere; the best of seven. Answers are
# checked before, where there is a truth.
tql_peak=0	# KiB, of any of them

# sum FILE JQ: of the numbers that a jq program gives
sum() { jq "$2" "$1" | awk '{ s += $1 } END { printf "%.0f\n", s }'; }
matched() { sum "$1" '.spanSets[].matched'; }

# trace_row QUERY REACH [OPTION ...]: the answer is left in $work/out
trace_row() {
	local q=$1 reach=$2 m opts name="tql '${1:0:40}'"
	shift 2
	read -ra opts <<<"--limit 0 -o json $*"
	[[ $q = *'{'* ]] || name="tql ID"
	"$BIN/tql" -d "$work/t" "${opts[@]}" "$q" >"$work/out"
	m=$(measure -n 7 "$BIN/tql" -d "$work/t" "${opts[@]}" "$q")
	timed "$name" "$(wall "$m")" "zstd -d, raw file" "$zd" "$reach"
	[ "$(kib "$m")" -le "$tql_peak" ] || tql_peak=$(kib "$m")
}
# as many spans as count_over_time() counts, which goes another way
trace_check() {
	[ -z "$busy" ] || return 0
	"$BIN/tql" -d "$work/t" -o json --step all "$1 | count_over_time()" >"$work/count"
	check "tql '$1'" "$(matched "$work/out")" "$(sum "$work/count" '.samples[].value')"
}

zstd -q -1 "$DATA/traces.rec" -o "$work/traces.zst"
zd=$(wall "$(measure -n 7 zstd -q -d -c "$work/traces.zst")")

trace_queries() {
	local q
	q='{ span.http.response.status_code = 500 }'
	trace_row "$q" "<=0.05x"
	trace_check "$q"
	[ -n "$busy" ] || check "tql, status 500" "$(matched "$work/out")" "$("$BIN/rec" "$DATA/traces.rec" |
		grep -o '"http.response.status_code","value":{"intValue":"500"}' | wc -l)"
	q='{ resource.service.name = "payment" && duration > 20ms }'
	trace_row "$q" "<=0.05x"
	trace_check "$q"
	q='{ name =~ ".*PlaceOrder" && status = error }'
	trace_row "$q" "<=0.05x"
	trace_check "$q"
	trace_row '{ span.enduser.id = "u-0123456" }' "<=0.03x" 2>/dev/null
	check "tql, an absent value" "$(wc -l <"$work/out")" 0
	q='{ resource.service.name="gateway" && kind=server } >> { status = error }'
	trace_row "$q" "<=0.15x"
	trace_check "$q"
	trace_row '{ } | avg(duration) > 100ms' "<=0.2x"
	trace_row '{ } | rate()' "<=0.06x" --step 60s "$span"
	check "tql, all spans" "$(sum "$work/out" '.samples[].value * 60 | round')" "$(jq .spans "$DATA/truth.json")"
	trace_row '{ status = error } | rate() by (resource.service.name)' "<=0.06x" --step 60s "$span"
	check "tql, all errors" "$(sum "$work/out" '.samples[].value * 60 | round')" "$(jq .errors "$DATA/truth.json")"
	trace_row '{ } | quantile_over_time(duration, .99) by (name)' "<=0.2x" --step 60s "$span"
	trace_row "$("$BIN/tql" -d "$work/t" -n 1 -o ids '{ status = error }')" "<=0.02x"
}

trace_queries
while_busy trace_queries "$BIN/tstore" "$work/t" traces
row "tql, peak memory of any of them" "$((tql_peak / 1024))" MiB "128 MiB" 128 "<=1x"

# a thousand blocks: each record sealed, and nothing merged
"$BIN/rec" -o rec -n 1000 "$DATA/traces.rec" | "$BIN/spool" --sync none "$work/q"
"$BIN/tstore" -d "$work/many" --memory 1KiB --merge-bytes 1000GiB --merge-time 1000d "$work/q" &
many=$!
until [ "$(find "$work/many/blocks" -name '*.blk' 2>/dev/null | wc -l)" -ge 1000 ]; do sleep 0.2; done
kill $many
wait $many
id=0123456789abcdef0123456789abcdef
m=$(measure -n 7 "$BIN/tql -d '$work/many' $id 2>/dev/null || :")
row "tql ID, absent in $(find "$work/many/blocks" -name '*.blk' | wc -l) blocks" \
	"$(wall "$m" | awk '{ print $1 * 1000 }')" ms "1 ms in 100 blocks" 10 "<=1x"
