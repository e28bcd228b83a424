#!/bin/bash
# A pretended Loki, for tests/fake/api -x: answers from a log store, $STORE, in
# the working folder. Is given a path and parameters, NAME=VALUE.
# shellcheck disable=SC2154 # which they declare
path=$1
shift
for p; do
	case $p in 'match[]='*) q=${p#*=} ;; query=*) q=${p#*=} ;; *) declare "$p" ;; esac
done
range=(--from "${start:-1}" --to "${end:-${time:-}}")
out=$(mktemp "$PWD/answer.XXXXXX")

ok() {
	echo "200 application/json $out"
	exit 0
}

# text of the query, as json lines; the ids, which those have not, beside them
lines() {
	local by=(-d "$STORE" -n "$limit" "${range[@]}" --direction "$direction" -q)
	[ -z "${interval:-}" ] || by+=(--interval "${interval}s")
	lql "${by[@]}" -o json "$q" >"$out.lines" 2>"$out.err" || return
	lql "${by[@]}" -o raw "$q | line_format \"{{.trace_id}} {{.span_id}} {{.severity_number}}\"" >"$out.ids" || return
	jq -c --rawfile ids "$out.ids" -n '
		def only: with_entries(select(.value != ""));
		[$ids | split("\n")[] | split(" ")] as $ids |
		[inputs] | to_entries | map(.key as $k | .value | {
			stream: .labels,
			values: [[(.timestamp[0:19] + "Z" | fromdate | tostring) + .timestamp[20:29], .line, {
				structuredMetadata: (.metadata + ({trace_id: $ids[$k][0], span_id: $ids[$k][1],
					severity_number: $ids[$k][2], detected_level: "info"} | only)),
				parsed: (.parsed // {})}]]}) |
		{status: "success", data: {resultType: "streams", encodingFlags: ["categorize-labels"],
			result: ., stats: {summary: {totalBytesProcessed: 1500, totalLinesProcessed: 20, execTime: 0.1}}}}' \
		"$out.lines" >"$out"
}

series() {
	lql -d "$STORE" "${range[@]}" --step "$1" -o json -q "$q" >"$out.lines" 2>"$out.err" || return
	jq -cs --arg type "$2" --argjson last "${end:-0}" '{status: "success", data: {resultType: $type, result: map(if .values
		then .values |= map(select(.[0] * 1e9 < $last + 1e6)) else . end), stats: {}}}' "$out.lines" >"$out"
}

[ -e "$STORE" ] || { echo "503 text/plain $out"; exit 0; }
case $path in
/loki/api/v1/query_range)
	case $q in
	'{'*) lines && ok ;;
	*)
		# as most are set up: points on multiples of the step
		if [ -n "${ALIGN:-}" ]; then
			ns=$(awk "BEGIN { printf \"%d\", $step * 1e9 }")
			range=(--from $((start / ns * ns)) --to $(((end + ns - 1) / ns * ns)))
		fi
		# ours wants a range
		range[3]=$((range[3] + (range[1] == range[3])))
		series "${step}s" matrix && ok
		;;
	esac
	;;
/loki/api/v1/query) range=(--to "$time") && series all vector && ok ;;
/loki/api/v1/series)
	lql -d "$STORE" "${range[@]}" --series -o json -q ${q:+"$q"} 2>"$out.err" |
		jq -cs '{status: "success", data: .}' >"$out" && ok
	;;
/loki/api/v1/patterns)
	# each in two levels; counts in the middle of each of forty parts
	lql -d "$STORE" "${range[@]}" --patterns -o json -q "$q" 2>"$out.err" |
		jq -cs --argjson from "$start" --argjson to "$end" '(($to - $from) / 40) as $part | {status: "success",
		data: [.[] | .pattern as $p | [.trend | to_entries[] | [($from + (.key + 0.5) * $part) / 1e9, .value]] |
			{pattern: $p, level: "info", samples: .[0:20]}, {pattern: $p, level: "error", samples: .[20:]}]}' >"$out" && ok
	;;
esac
echo "400 text/plain $out.err"
