# shellcheck shell=bash disable=SC2154
# Sourced by run.sh: queries over the log store, as ratios to grep over the plain
# lines or zstd -d of the raw file: whole processes, their output going nowhere
# (grep's count to a file: it would stop at its first line), the best of seven.
# Answers are checked before: counts are grep's.
every='{service_name=~".+"}'
declare -A greps	# lines that grep counts, by pattern

# log_measure ARGUMENT ...: the answer in $work/out, the cost in m
log_measure() {
	local lql=("$BIN/lql" -d "$work/l" -o json "$@")
	"${lql[@]}" >"$work/out" 2>/dev/null
	m=$(measure -n 7 "${lql[@]}" 2>/dev/null)
}

# grep_row QUERY REACH GREP-OPTION PATTERN: the filter behind every stream, and
# grep of the same
grep_row() {
	local g='' m
	if [ -z "$busy" ]; then
		g=$(measure -n 7 -c "$work/count" "LC_ALL=C grep $3 -e '$4' '$DATA/lines.txt' || :")
		greps[$4]=$(cat "$work/count")
	fi
	log_measure --limit 0 -- "$every $1"
	timed "lql '$1'" "$(wall "$m")" "grep $3" "$(wall "$g")" "$2"
	check "lql '$1'" "$(wc -l <"$work/out")" "${greps[$4]}"
	peak "$m"
}
peak() { [ "$(kib "$1")" -le 131072 ] || row "  peak memory" "$(($(kib "$1") / 1024))" MiB "128 MiB" 128 "<=1x"; }

# log_row QUERY REACH [OPTION ...]: beside zstd -d; the answer is in $work/out
log_row() {
	local q=$1 reach=$2 m opts
	shift 2
	read -ra opts <<<"$*"
	log_measure "${opts[@]}" -- "$q"
	timed "lql '${q:0:40}'" "$(wall "$m")" "zstd -d, raw file" "$zd" "$reach"
	peak "$m"
}

log_queries() {
	grep_row '|= "qwertyuiop"' "<=0.1x" -cF qwertyuiop
	grep_row "|= \"$needle\"" "<=0.1x" -cF "$needle"
	grep_row '|= "417"' "<=1x" -cF 417
	grep_row '|~ "needle-[0-9]{3}-[0-9a-f]{4}"' "<=0.3x" -cE 'needle-[0-9]{3}-[0-9a-f]{4}'
	grep_row '|~ "(timeout|refused|reset) by"' "<=0.5x" -cE '(timeout|refused|reset) by'
	grep_row '|~ "[0-9]{3}\\.[0-9]{2} ms (failed|for)"' "<=0.5x" -cE '[0-9]{3}\.[0-9]{2} ms (failed|for)'
	grep_row '|~ "(?i)deadline"' "<=0.3x" -ci deadline
	log_row '{service_name="gateway"}' "<=0.01x" --limit 100
	check "lql, the newest" "$(wc -l <"$work/out")" 100
	log_row '{service_name="gateway"} | logfmt | duration > 500ms' "<=0.1x" --limit 0
	# the parser's word against the text's
	[ -n "$busy" ] || check "lql | logfmt | duration > 500ms" "$(wc -l <"$work/out")" "$("$BIN/lql" -d "$work/l" --limit 0 -o raw \
		'{service_name="gateway"}' | LC_ALL=C grep -cE ' duration=(([5-9][0-9]{2}|[0-9]{4,})(\.[0-9]+)?ms|[0-9.]+s)( |$)')"
	log_row '{service_name="frontend"} | json | err_code="E_DECLINED"' "<=0.15x" --limit 0
	[ -n "$busy" ] || check "lql | json | err_code" "$(wc -l <"$work/out")" "$("$BIN/lql" -d "$work/l" --limit 0 -o raw \
		'{service_name="frontend"} |= "\"code\":\"E_DECLINED\""' | wc -l)"
	log_row 'sum by (service_name) (rate({service_name=~".+"}[1m]))' "<=0.02x" --step 60s "$span"
	log_row 'sum(count_over_time({service_name=~".+"} |= "error" [1m]))' "<=0.1x" --step 60s "$span"
	check "lql, counts over time" "$(jq '.values[][1] | tonumber' "$work/out" | awk '{ s += $1 } END { print s }')" \
		"$(LC_ALL=C grep -cF error "$DATA/lines.txt")"
	log_row 'sum by (service_name) (bytes_over_time({service_name=~".+"}[1m]))' "<=1x" --step 60s "$span"
	check "lql, bytes over time" "$(jq '.values[][1] | tonumber' "$work/out" | awk '{ s += $1 } END { printf "%.0f", s }')" \
		"$(($(wc -c <"$DATA/lines.txt") - $(wc -l <"$DATA/lines.txt")))"
	log_row 'quantile_over_time(0.99, {service_name="gateway"} | logfmt | unwrap duration(duration) [1m]) by (service_name)' \
		"<=0.2x" --step 60s "$span"
}

needle=$(jq -r '.needles | keys[0]' "$DATA/truth.json")
zstd -q -1 "$DATA/logs.rec" -o "$work/logs.zst"
zd=$(wall "$(measure -n 7 zstd -q -d -c "$work/logs.zst")")
log_queries
for word in refused E_DECLINED 200 "of User deploy"; do
	check "lql |= $word" "$("$BIN/lql" -d "$work/l" --limit 0 -o json "$every |= \"$word\"" 2>/dev/null | wc -l)" \
		"$(LC_ALL=C grep -c -F -- "$word" "$DATA/lines.txt")"
done
while_busy log_queries "$BIN/lstore" "$work/l" logs
