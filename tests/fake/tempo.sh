#!/bin/bash
# A pretended Tempo, for tests/fake/api -x: answers from a trace store, $STORE,
# in the working folder. Is given a path and parameters, NAME=VALUE.
# shellcheck disable=SC2154 # which they declare
path=$1
shift
for p; do declare "$p"; done
out=$(mktemp "$PWD/answer.XXXXXX")

ok() {
	echo "200 application/json $out"
	exit 0
}

# ask OPTION...: of the store; what is refused is said
ask() { tql -d "$STORE" -o json "$@" >"$out.lines" 2>"$out.err"; }

[ -e "$STORE" ] || { echo "503 text/plain $out"; exit 0; }
case $path in
/api/search)
	ask -n "$limit" --from "$start" --to "$end" --spans "$spss" "$q" &&
		jq -cs '{traces: map(.traceID |= sub("^0+"; "")), metrics: {inspectedTraces: 7, inspectedBytes: "3500"}}' \
			"$out.lines" >"$out" && ok
	;;
/api/traces/*)
	id=$(printf '%32s' "${path##*/}" | tr ' ' 0)
	tql -d "$STORE" -o rec "$id" >"$out.rec" 2>/dev/null &&
		{ echo "200 application/protobuf $out.rec"; exit 0; }
	echo "404 text/plain $out"
	exit 0
	;;
/api/metrics/query_range)
	# [from, to) of ours is (start, end] of theirs
	ask --from $((start + 1)) --to $((end + 1)) --step "${step}s" --exemplars "${exemplars:-0}" "$q" &&
		jq -cs '{series: ., metrics: {inspectedSpans: "40"}}' "$out.lines" >"$out" && ok
	;;
/api/v2/search/tags)
	ask --tags && jq -cs '{scopes: (group_by(.scope) | map({name: .[0].scope, tags:
		map(.name | sub("^(span|resource|event|link|instrumentation)\\."; ""))}))}' "$out.lines" >"$out" && ok
	;;
/api/v2/search/tag/*)
	key=${path#/api/v2/search/tag/}
	ask --values "${key%/values}" ${q:+"$q"} &&
		jq -cs '{tagValues: map({type, value: (.value | tostring)})}' "$out.lines" >"$out" && ok
	;;
esac
echo "400 text/plain $out.err"
