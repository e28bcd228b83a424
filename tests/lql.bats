#!/usr/bin/env bats
# lql: queries over a log store, outputs, the prompt, mistakes.
load helper
bats_require_minimum_version 1.5.0

# Two services, four lines, one trace; times a second apart from 1767225600.
lines() {
	cat <<-'END'
	{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}},{"key":"host.name","value":{"stringValue":"h1"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225600000000000","severityNumber":9,"severityText":"INFO","body":{"stringValue":"cart of u-11 has 2 items"},"attributes":[{"key":"took","value":{"stringValue":"250ms"}},{"key":"items","value":{"intValue":"2"}}],"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"},{"timeUnixNano":"1767225601000000000","severityNumber":17,"severityText":"ERROR","body":{"stringValue":"connection to 10.0.0.7:5432 refused"},"attributes":[{"key":"took","value":{"stringValue":"1.5s"}}]}]}]}]}
	{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"payment"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225602000000000","severityNumber":13,"severityText":"WARN","body":{"stringValue":"retry 1 of 3"},"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060709"},{"timeUnixNano":"1767225603000000000","severityNumber":9,"severityText":"INFO","body":{"stringValue":"charged \u001b[31mu-11\u001b[0m"},"attributes":[{"key":"took","value":{"stringValue":"soon"}}]}]}]}]}
	END
}

store() {
	lines | rec -r | lstore -d "$T/logs" -
}

lql() {
	"$BIN/lql" -d "$T/logs" "$@"
}

@test "the manual's examples" {
	examples lql.1
}

@test "a selector, newest first; forward and limit" {
	store
	run lql -o raw '{service_name="cart"}'
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "connection to 10.0.0.7:5432 refused" ]
	[ "${lines[1]}" = "cart of u-11 has 2 items" ]
	run lql -o raw --direction forward -n 1 '{service_name=~".+"}'
	[ "$output" = "cart of u-11 has 2 items" ]
}

@test "line filters" {
	store
	[ "$(lql -o raw '{service_name=~".+"} |= "refused"' | wc -l)" -eq 1 ]
	[ "$(lql -o raw '{service_name=~".+"} != "refused"' | wc -l)" -eq 3 ]
	[ "$(lql -o raw '{service_name=~".+"} |~ "[0-9]+ (of|items)"' | wc -l)" -eq 2 ]
	[ "$(lql -o raw '{service_name=~".+"} !~ "u-1[0-9]"' | wc -l)" -eq 2 ]
	[ "$(lql -o raw '{service_name=~".+"} |= "retry" or "refused"' | wc -l)" -eq 2 ]
	[ "$(lql -o raw '{service_name=~".+"} |= "of u-11 has"' | wc -l)" -eq 1 ]
	[ "$(lql -o raw '{service_name=~".+"} |= "7:5432 ref"' | wc -l)" -eq 1 ]
}

@test "label filters on metadata: text, numbers, durations" {
	store
	[ "$(lql -o raw '{service_name=~".+"} | severity_text="ERROR"')" = "connection to 10.0.0.7:5432 refused" ]
	[ "$(lql -o raw '{service_name=~".+"} | items > 1')" = "cart of u-11 has 2 items" ]
	[ "$(lql -o raw '{service_name="cart"} | took >= 1s')" = "connection to 10.0.0.7:5432 refused" ]
	# what is no duration stays, marked
	run lql -o json '{service_name="payment"} | took >= 1s'
	[ "$(jq -r '.parsed.__error__' <<<"$output")" = LabelFilterErr ]
	[ "$(lql -o raw '{service_name=~".+"} | severity_text="ERROR" or items=2' | wc -l)" -eq 2 ]
}

@test "pipelines: parsers, formats, errors" {
	store
	[ "$(lql -o raw '{service_name=~".+"} | pattern "<what> of <who> has <n> items" | n > 1')" = "cart of u-11 has 2 items" ]
	lql -o json '{service_name=~".+"} | pattern "<what> of <who> has <n> items" | n > 1 | label_format user=who | drop n' >got
	[ "$(jq -c .parsed got)" = '{"user":"u-11","what":"cart"}' ]
	[ "$(lql -o raw '{service_name=~".+"} |= ip("10.0.0.0/24")')" = "connection to 10.0.0.7:5432 refused" ]
	[ "$(lql -o raw '{service_name=~".+"} |> "connection to <_> refused"' | wc -l)" -eq 1 ]
	# what is not JSON is kept, and says so
	[ "$(lql -o json '{service_name=~".+"} |= "items" | json' | jq -r .parsed.__error__)" = JSONParserErr ]
	[ -z "$(lql -o raw '{service_name=~".+"} |= "items" | json | __error__=""')" ]
	# a limit counts what the pipeline keeps
	all=$(lql -n all -o raw '{service_name=~".+"} | pattern "<a> <_>" | a!="cart"' | wc -l)
	[ "$all" -gt 2 ]
	[ "$(lql -n 2 -o raw '{service_name=~".+"} | pattern "<a> <_>" | a!="cart"' | wc -l)" -eq 2 ]
	[ "$(lql -o json '{service_name=~".+"} | regexp "has (?P<n>[0-9]+) items" | n > 1' | jq -r .parsed.n)" = 2 ]
}

@test "templates: lines and labels by them, and their errors" {
	store
	[ "$(lql -o raw '{service_name="cart"} | items=2 | line_format "{{.severity_text | lower | title}}: {{.took | duration}}s {{__timestamp__ | date `15:04`}} {{.host_name}}"')" = "Info: 0.25s 00:00 h1" ]
	lql -o json '{service_name="payment"} |= "retry" | label_format n=`{{ regexReplaceAll "[^0-9]+" __line__ "" | int | mul 2 }}`, again="{{.n | default `none`}}"' >got
	[ "$(jq -c .parsed got)" = '{"again":"none","n":"26"}' ]
	# what fails leaves the line and says why
	lql -o json '{service_name="cart"} |= "refused" | line_format "{{ div 1 .items }}"' >got
	[ "$(jq -r .line got)" = "connection to 10.0.0.7:5432 refused" ]
	[ "$(jq -r .parsed.__error__ got)" = TemplateFormatErr ]
	[[ "$(jq -r .parsed.__error_details__ got)" == 'template: line:1:3: executing "line" at <div 1 .items>: '*'divide by zero' ]]
	fails 2 lql '{service_name="cart"} | line_format "{{ .a | nope }}"'
	[[ "$output" == *'invalid line template: template: line:1: function "nope" not defined'* ]]
	fails 2 lql '{service_name="cart"} | label_format x="{{ if .a }}"'
	[[ "$output" == *"invalid template for label 'x': template: label:1: unexpected EOF"* ]]
}

@test "detected_level: by severity, by fields, by words of the line" {
	store
	rec -r >more.rec <<-'END'
	{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"old"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225604000000000","body":{"stringValue":"ts=1 LVL=Err msg=full"}},{"timeUnixNano":"1767225605000000000","body":{"stringValue":"[WARNING] disk"}},{"timeUnixNano":"1767225606000000000","body":{"stringValue":"{\"log\":{\"level\":\"error\"}}"}},{"timeUnixNano":"1767225607000000000","body":{"stringValue":"an error, but"},"attributes":[{"key":"level","value":{"stringValue":"debug"}}]},{"timeUnixNano":"1767225608000000000","severityNumber":17,"body":{"stringValue":"no errors"}}]}]}]}
	END
	lstore -d "$T/logs" more.rec
	lql --direction forward -o raw '{service_name=~".+"} | detected_level="error"' >got
	diff got - <<-'END'
	connection to 10.0.0.7:5432 refused
	ts=1 LVL=Err msg=full
	{"log":{"level":"error"}}
	no errors
	END
	[ "$(lql -o raw '{service_name="old"} | detected_level=~"warn|debug"' | wc -l)" -eq 2 ]
	[ "$(lql -o raw '{service_name="payment"} | detected_level!="warn"' | wc -l)" -eq 1 ]
	[ "$(lql -o raw '{service_name="old"} |= "disk" | logfmt | line_format "{{.detected_level}}"')" = warn ]
}

@test "metadata named as a label of the stream" {
	echo '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225600000000000","body":{"stringValue":"x"},"attributes":[{"key":"service_name","value":{"stringValue":"b"}}]}]}]}]}' |
		rec -r | lstore -d "$T/logs" -
	[ "$(lql -o raw '{service_name="a"} | service_name_extracted="b"')" = x ]
	[ "$(lql -o json '{service_name="a"}' | jq -r .metadata.service_name_extracted)" = b ]
}

@test "lines of a trace, of many, of none; ids" {
	store
	id=0102030405060708090a0b0c0d0e0f10
	[ "$(lql -o raw --trace $id | wc -l)" -eq 2 ]
	[ "$(echo $id | lql -o raw --traces - | wc -l)" -eq 2 ]
	echo 00000000000000000000000000000001 >none
	run --separate-stderr lql -o raw --traces none
	[ "$status" -eq 0 ] && [ -z "$output" ]
	: >empty
	run --separate-stderr lql -o raw --traces empty
	[ "$status" -eq 0 ] && [ -z "$output" ]
	[ "$(lql -o ids '{service_name=~".+"}')" = $id ]
	fails 2 lql --trace xyz
	[[ $output == *'not a trace id'* ]]
}

@test "json, csv, table and records" {
	store
	lql -o json '{service_name="cart"} |= "items"' | jq -e '
		.timestamp == "2026-01-01T00:00:00.000000000Z" and
		.labels.service_name == "cart" and .metadata.host_name == "h1" and
		.metadata.took == "250ms" and .metadata.severity_number == "9" and
		.metadata.trace_id == "0102030405060708090a0b0c0d0e0f10" and
		.metadata.span_id == "0102030405060708" and .line == "cart of u-11 has 2 items"'
	run lql -o csv '{service_name="cart"} |= "items"'
	[ "${lines[0]}" = "timestamp,level,labels,line" ]
	[[ ${lines[1]} == 2026-01-01T00:00:00.000000000Z,INFO,*,"cart of u-11 has 2 items" ]]
	# control characters do not reach a terminal
	run lql -o table '{service_name="payment"} |= "charged"'
	[[ $output == *'INFO  payment charged \x1b[31mu-11\x1b[0m' ]]
	[ "$(lql -o rec '{service_name=~".+"}' | rec -o json | jq -s '[.[].resourceLogs[].scopeLogs[].logRecords[]] | length')" -eq 4 ]
}

@test "lines an interval apart" {
	store
	[ "$(lql -o raw --interval 2s '{service_name=~".+"}' | wc -l)" -eq 2 ]
	[ "$(lql -o raw --interval 2s --direction forward '{service_name=~".+"} | pattern "<a> <_>"' | head -n 1)" = "cart of u-11 has 2 items" ]
	[ "$(lql -o raw --interval 1s -n 3 '{service_name=~".+"}' | wc -l)" -eq 3 ]
	fails 2 lql --interval x '{a="b"}'
}

@test "time ranges" {
	store
	[ "$(lql -o raw --from 2026-01-01T00:00:01Z --to 1767225602 '{service_name=~".+"}')" = "connection to 10.0.0.7:5432 refused" ]
	fails 2 lql --from yesterday '{a="b"}'
	fails 2 lql --from 2 --to 1 '{a="b"}'
}

@test "labels, values and series: of blocks and tail, exactly" {
	lines | head -n 1 | rec -r | spool spool
	lstore -d "$T/logs" --once spool
	lines | tail -n 1 | rec -r | spool spool	# not sealed
	[ "$(lql --labels -o csv)" = $'label,values,streams\nservice_name,2,2' ]
	[ "$(lql --values service_name -o raw)" = $'cart\npayment' ]
	[ "$(lql --values service_name -o json '{service_name=~"p.*"}')" = \
		'{"value":"payment","streams":1}' ]
	[ "$(lql --series)" = $'{"service_name":"cart"}\n{"service_name":"payment"}' ]
	[ "$(lql --series -o raw '{service_name=~"c.*"}')" = '{service_name="cart"}' ]
	run lql --labels -o table
	[ "${lines[0]}" = "LABEL         VALUES  STREAMS" ]
	# a range counts lines, not blocks
	[ "$(lql --series -o raw --to 1767225602)" = '{service_name="cart"}' ]
	[ "$(lql --series -o raw --from 1767225602)" = '{service_name="payment"}' ]
	# of a tail of many lines, as of the blocks that it becomes
	{ lines; lines | sed 's/"176722560/"176722570/g'; lines; } | rec -r | spool spool
	lql --series --from 1767225700 >later
	lql --series --to 1767225602 >earlier
	lql --series >all
	[ "$(wc -l <all)" -ge 2 ]
	lstore -d "$T/logs" --once spool
	lql --series --from 1767225700 | diff - later
	lql --series --to 1767225602 | diff - earlier
	lql --series | diff - all
	run --separate-stderr lql --values nothing
	[ "$status" -eq 0 ] && [ -z "$output" ] && [[ $stderr == *"no match"* ]]
	fails 2 lql --series '{a="b"} |= "x"'
	[[ $output == *"only label matchers"* ]]
	fails 2 lql --labels -o rec
	fails 2 lql --labels -f
	run bash -c "printf '%s\n' '\\labels' '\\values service_name {service_name=\"cart\"}' '\\series' '\\values' | '$BIN/lql' -d '$T/logs' -o raw"
	[ "${lines[0]}" = service_name ] && [ "${lines[1]}" = cart ]
	[[ ${lines[3]} == *payment* && ${lines[4]} == *'\values LABEL'* ]]
}

@test "volume by a label, and patterns" {
	store
	[ "$(lql --volume service_name -o csv)" = $'value,lines,bytes\ncart,2,59\npayment,2,33' ]
	# of metadata, or what a parser finds; "" where there is none
	[ "$(lql --volume took -o csv '{service_name="cart"}' | sort | head -n 2)" = $'1.5s,1,35\n250ms,1,24' ]
	[ "$(lql --volume n -o json '{service_name=~".+"} | pattern "<_> of <_> has <n> items"' | head -n 1)" = '{"value":"","lines":3,"bytes":68}' ]
	lql --patterns -o json >got
	[ "$(jq -r .pattern got | sed -n '/^cart/p')" = "cart of u-<_> has <_> items" ]
	[ "$(jq -s 'map(.trend | length == 40 and add == 1) | all' got)" = true ]
	lines | sed 's/ 2 items/ 3 items/; s/:"1767225600/:"1767225599/' | rec -r | lstore -d "$T/logs" -
	[ "$(lql --patterns -o json '{service_name="cart"} |= "items"' | jq -c '[.pattern, .lines]')" = '["cart of u-<_> has <_> items",2]' ]
	# a line that came again counts once, with bars as well; an interval holds
	lines | rec -r | lstore -d "$T/logs" -
	lines | sed 's/ 2 items/ 4 items/' | rec -r | spool spool
	lstore -d "$T/logs" --once spool
	lines | rec -r | spool spool	# not sealed
	[ "$(lql --volume service_name -o csv | tail -n 2)" = $'cart,4,107\npayment,2,33' ]
	[[ "$(lql --hits -o table -n 1 '{service_name=~".+"}' | head -n 1)" == *"  6 lines, at most 2 a bar" ]]
	[ "$(lql --volume service_name -o csv --interval 1h '{service_name=~".+"}' | tail -n 1)" = payment,1,21 ]
	run lql --patterns -o table '{service_name="cart"}'
	[[ ${lines[0]} == PATTERN*LINES*TREND ]]
	fails 2 lql --patterns 'rate({service_name="cart"}[1m])'
	fails 2 lql --volume service_name -f
	run bash -c "printf '%s\n' '\\volume service_name' '\\patterns {service_name=\"payment\"} |= \"retry\"' | '$BIN/lql' -d '$T/logs' -o raw"
	[ "$output" = $'cart\npayment\nretry <_> of <_>' ]
}

@test "fields: metadata, and what parsers find, with types" {
	store
	printf '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225604000000000","body":{"stringValue":"%s"}},{"timeUnixNano":"1767225605000000000","body":{"stringValue":"%s"}},{"timeUnixNano":"1767225606000000000","body":{"stringValue":"size=7MB ok=false n=1.5"}}]}]}]}\n' \
		'{\"n\":7,\"ok\":true,\"a\":{\"b\":\"x\"}}' 'n=8 took=3ms' | rec -r | lstore -d "$T/logs" -
	lql --fields -o csv >got
	grep -qx 'n,float,3,3,"json, logfmt"' got
	grep -qx 'ok,boolean,2,2,"json, logfmt"' got
	grep -qx 'a_b,string,1,1,json' got
	grep -qx 'size,bytes,1,1,logfmt' got
	grep -qx 'items,int,1,1,' got
	grep -qx 'took,string,4,4,logfmt' got	# "soon" is no duration
	[ "$(lql --fields -o json '{service_name="cart"} | pattern "<_> has <n> items"' | jq -c 'select(.field == "n")')" = \
		'{"field":"n","type":"int","values":1,"lines":1,"parser":"query"}' ]
	[ "$(lql --fields -o csv '{service_name="cart"}' | grep ^took)" = took,duration,2,2, ]
	run lql --values service_nam
	[[ $output == *'no stream has the label "service_nam": did you mean "service_name"' ]]
	[[ $(lql --fields -o table | head -n 1) == FIELD*TYPE*VALUES*LINES*PARSER* ]]
}

@test "from 40 columns on lists and series are no wider than the terminal" {
	store
	for w in 40 50 59 60 80; do
		for what in --labels --fields --patterns '--volume service_name' '--values service_name'; do
			lql -o table -w $w $what >out
			[ -s out ]
			[ "$(wc -L <out)" -le $w ] || { echo "$w: $what"; cat out; false; }
		done
		lql -o table -w $w -n 1 '{service_name="cart"}' | grep -qE "^(20..-)?01-01 00:00:01(.000)? ERROR "
		lql -o chart -w $w 'sum by (service_name, severity_text) (rate({service_name=~".+"}[1s]))' >out
		lql -o table --hits -n 1 -w $w '{service_name=~".+"}' | sed -n '1,/lines, at most/p' >>out
		[ "$(wc -L <out)" -le $w ] || { echo $w; cat out; false; }
	done
}

@test "a terminal, and a reader that has gone" {
	store
	terminal "$BIN/lql -d $T/logs -o raw '{service_name=\"payment\"}'" >shown
	grep -q 'charged .x1b.31mu-11' shown
	fails 2 terminal "$BIN/lql -d $T/logs -o rec '{service_name=\"payment\"}'"
	lql -o raw '{service_name="payment"}' | grep -q "$(printf '\033')"
	exec {gone}> >(exit)
	wait $!
	for follow in '' -f; do
		status=0
		lql $follow '{service_name="cart"}' >&"$gone" 2>err || status=$?
		[ "$status" -eq 141 ]
		[ ! -s err ]
	done
	exec {gone}>&-
}

@test "-x: what is in a line stands below it" {
	store
	run lql -x -o table '{service_name="cart"} |= "items"'
	[[ ${lines[0]} == *'cart cart of u-11 has 2 items' ]]
	[ "${lines[1]}" = "    service_name                cart" ]
	[ "${lines[2]}" = "    host_name                   h1" ]
	[ "${lines[-2]}" = "    took                        250ms" ]
	[ "${lines[-1]}" = "    trace_id                    0102030405060708090a0b0c0d0e0f10" ]
	# a parser's fields: the query's, else those of JSON or logfmt
	run lql -x -o table '{service_name="cart"} |= "items" | pattern "<_> has <n> items"'
	[ "${lines[-1]}" = "    n                           2" ]
	echo '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1767225604000000000","body":{"stringValue":"{\"a\":\"\\u001b\",\"b\":2}"}}]}]}]}' | rec -r | lstore -d "$T/logs" -
	run lql -x -o table -n 1 '{service_name="unknown_service"}'
	[ "${lines[-2]}" = '    a                           \x1b' ]
	[ "${lines[-1]}" = "    b                           2" ]
	# at the prompt, on and off
	run bash -c "printf '%s\n' '\\x' '{service_name=\"payment\"} |= \"retry\"' '\\x' '{service_name=\"payment\"} |= \"retry\"' | '$BIN/lql' -d '$T/logs' -o table"
	[ "$(grep -c 'retry 1 of 3' <<<"$output")" -eq 2 ]
	[ "$(grep -c '^    service_name' <<<"$output")" -eq 1 ]
}

# Lines $1 to $2 of a stream, and of one with a label more, two a second; their
# last one is years behind.
pairs() {
	for extra in '' ',{"key":"service.namespace","value":{"stringValue":"n"}}'; do
		records=
		for ((i = $1; i <= $2; i++)); do
			at=$((1767225600 + i / 2 + (i == 12 ? 100000000 : 0)))
			records+="${records:+,}{\"timeUnixNano\":\"${at}000000000\",\"body\":{\"stringValue\":\"$i of ${extra:+n}\"}}"
		done
		echo "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"a\"}}$extra]},\"scopeLogs\":[{\"logRecords\":[$records]}]}]}"
	done | rec -r
}

# The numbers of the lines of the first of them.
around() {
	lql -o raw "$@" | sed 's/ of $//' | tr '\n' ' '
}

@test "-C: lines of the stream around, each once" {
	pairs 1 6 | spool spool
	lstore -d "$T/logs" --once spool
	pairs 7 12 | spool spool	# not sealed
	[ "$(around -C 1 '{service_name="a"} |= "6 of " != "n"')" = "7 6 5 " ]
	[ "$(around -C 2 --direction forward '{service_name="a"} |= "6 of " != "n"')" = "4 5 6 7 8 " ]
	# groups: by first hits, those that meet as one
	[ "$(around -C 1 '{service_name="a"} |~ "^(9|2) of $"')" = "10 9 8 3 2 1 " ]
	[ "$(around -C 1 '{service_name="a"} |~ "^(6|3) of $"')" = "7 6 5 4 3 2 " ]
	[ "$(around -C 2 '{service_name="a"} |~ "^(5|6|7) of $"')" = "9 8 7 6 5 4 3 " ]
	[ "$(around -C 1 -n 1 '{service_name="a"} |~ "^(9|2) of $"')" = "10 9 8 " ]
	# what is far away, outside the range, or not there
	[ "$(around -C 3 --to 1767225606 '{service_name="a"} |~ "^(11|1) of $"')" = "12 11 10 9 8 4 3 2 1 " ]
	[ "$(around -C 1000 '{service_name="a", service_namespace=""} |= "4 "')" = "12 11 10 9 8 7 6 5 4 3 2 1 " ]
	[ "$(lql -o raw -C 0 '{service_name="a"} |= "6 "' | wc -l)" -eq 2 ]
	# as kept; the hit as the query has it
	[ "$(around -C 1 '{service_name="a", service_namespace=""} |= "6 " | line_format "six"')" = "7 six 5 " ]
	[ "$(lql -C 1 -o json '{service_namespace="n"} |= "6 "' | jq -c '[.context, .line]' | paste -s)" = \
		$'[true,"7 of n"]\t[null,"6 of n"]\t[true,"5 of n"]' ]
	run lql -C 1 -o table '{service_name="a"} |= "6 "'
	[ "${#lines[@]}" -eq 7 ] && [ "${lines[3]}" = -- ]
	run bash -c "printf '%s\n' '\\context 1' '{service_namespace=\"n\"} |= \"6 \"' '\\context x' | '$BIN/lql' -d '$T/logs' -o raw"
	[ "${lines[0]}" = "7 of n" ]
	[[ $output == *'context x: not 0 to 1000 lines'* ]]
	fails 2 lql -C 1001 '{service_name="a"}'
	fails 2 lql -C 1 -f '{service_name="a"}'
}

@test "--hits: bars above the lines, of all of them" {
	store
	run lql --hits -n 1 -o table '{service_name="cart"}'
	[[ ${lines[0]} == "2026-01-01 00:00:00 "*" 2026-01-01 00:00:03  2 lines, at most 1 a bar" ]]
	[[ ${lines[0]} == *█*█* ]]
	[ "${#lines[@]}" -eq 2 ]
	[ "$(lql --hits -o raw '{service_name="cart"}' | wc -l)" -eq 2 ]
	run --separate-stderr lql --hits -o table '{service_name="nobody"}'
	[ "$status" -eq 0 ] && [ -z "$output" ]
	run bash -c "printf '%s\n' '\\hits' '{service_name=\"payment\"} |= \"retry\"' | '$BIN/lql' -d '$T/logs' -o table"
	[[ ${lines[0]} == *"1 line, at most 1 a bar" ]]
}

@test "--timezone: of times for people" {
	store
	refused='{service_name="cart"} |= "refused"'
	[[ $(lql -o table "$refused") == "2026-01-01 00:00:01.000 "* ]]
	[[ $(lql -z Europe/Paris -o table "$refused") == "2026-01-01 01:00:01.000 "* ]]
	[[ $(lql -z America/New_York -o table "$refused") == "2025-12-31 19:00:01.000 "* ]]
	[[ $(TZ=Asia/Tokyo lql -z Local -o table "$refused") == "2026-01-01 09:00:01.000 "* ]]
	[[ $(TZ=Asia/Tokyo lql -o table "$refused") == "2026-01-01 00:00:01.000 "* ]]
	[ "$(lql -z Europe/Paris -o json "$refused" | jq -r .timestamp)" = 2026-01-01T00:00:01.000000000Z ]
	[[ $(lql -z Asia/Kolkata --hits -o table "$refused") == "2026-01-01 05:30:00 "*" 2026-01-01 05:30:03 "* ]]
	# ticks are where the clock there is round
	lql -z Asia/Kolkata --from 2026-01-01T00:00:00Z --to 2026-01-01T12:00:00Z --step 1h -w 80 -o chart \
		'count_over_time({service_name="cart"} | keep service_name [1h])' >got
	grep -q ' 06:00 *08:00 *10:00 ' got
	fails 2 lql -z Nowhere "$refused"
	[[ $output == *"timezone Nowhere: not UTC"* ]]
}

@test "no match: says what the store holds" {
	store
	run --separate-stderr lql '{service_name="nobody"}'
	[ "$status" -eq 0 ] && [ -z "$output" ]
	[[ $stderr == *'2026-01-01T00:00:00.000Z to 2026-01-01T00:00:03.000Z'* ]]
	run --separate-stderr lql -q '{service_name="nobody"}'
	[ "$status" -eq 0 ] && [ -z "$output" ] && [ -z "$stderr" ]
	# what is wrong is said
	fails 2 lql -q '{service_name="nobody"'
}

@test "mistakes: carets and statuses" {
	store
	fails 2 lql '{service_name="cart" |= "x"'
	[[ $output == *'-e:1:22: expected , or }'* ]]
	[[ $output == *'^'* ]]
	fails 2 lql '{a→b="c"}'
	[[ $output == *'-e:1:3: unexpected character'* ]]
	fails 2 lql '{a=~"("}'
	[[ $output == *'missing closing )'* ]]
	fails 2 lql 'rate({a="b"})'
	[[ $output == *'-e:1:13: expected a range'* ]]
	fails 2 lql -f 'rate({a="b"}[5m])'
	[[ $output == *'lines, not series'* ]]
	fails 2 lql -o raw 'rate({service_name="cart"}[5m])'
	fails 2 lql --series 'rate({service_name="cart"}[5m])'
	fails 2 lql --step 0s 'rate({service_name="cart"}[5m])'
	fails 2 lql '{a="b"}' '{c="d"}'
	fails 1 "$BIN/lql" -d "$T/nowhere" '{a="b"}'
	[[ $output == *nowhere* ]]
	fails 2 "$BIN/lql" -o xml -d "$T/logs" '{a="b"}'
	run bash -c "'$BIN/lql' -d '$T/logs' '{service_name=~\".+\"}' >/dev/full"
	[ "$status" -eq 1 ]
}

# What was meant is said: FOR QUERY WORDS.
meant() {
	fails 2 lql "$1"
	[[ $output == *"$2"* ]]
}

@test "mistakes: what was meant" {
	store
	meant '{service_name="cart"} | jsno' 'did you mean "json"'
	meant '{service_name="cart"} | grep "x"' 'by |= "text"'
	meant '{service_name="cart"} | limit 10' 'stages are json, logfmt'
	meant '{service_name="cart"} | "x"' 'by |= "text"'
	meant '{service_name="cart"} |= "a" and "b"' '|= "a" |= "b"'
	meant '{service_name="cart"} |= error' 'in quotes: "error"'
	meant '{service_name="cart"} | level == error' '="error"'
	meant "{service_name='cart'}" '"double quotes"'
	meant '{service.name="cart"}' 'no dots: service_name'
	meant 'service_name="cart"' 'in braces'
	meant 'error' '{service_name=~".+"} |= "error"'
	meant 'cont_over_time({a="b"}[1m])' 'did you mean "count_over_time"'
	meant 'increase({a="b"}[1m])' 'unknown function'
	meant 'sum by a (rate({a="b"}[1m]))' 'as in (a)'
	meant 'sum_over_time({a="b"} | n [1m])' '| unwrap n'
	# and why nothing is found
	run lql '{service="cart"}'
	[[ $output == *'no stream has the label "service": did you mean "service_name"'* ]]
	run lql 'sum(rate({service_name="crat"}[1m]))'
	[[ $output == *'no stream has service_name="crat": did you mean "cart"'* ]]
	run lql '{service_name="cart"} | logfmt | itms=2'
	[[ $output == *'none of the newest 200 lines has "itms": did you mean "items"'* ]]
	run lql '{service_name="cart"} | logfmt | items=5'
	[[ $output != *'none of'* ]]
	run lql --since 1h '{service_name="cart"} | logfmt | items=2'
	[[ $output == *'no match'* && $output != *'none of'* ]]
	run lql '{service_name="cart"} |= "nowhere"'
	[[ $output != *'no stream'* ]]
	run lql -q '{service="cart"}'
	[ -z "$output" ]
}

@test "metrics: ranges, groups, steps, instants" {
	store
	all='{service_name=~".+"}'
	run lql --step 2s "sum by (service_name) (count_over_time($all[2s]))"
	[ "${lines[0]}" = '{"metric":{"service_name":"cart"},"values":[[1767225600,"1"],[1767225602,"1"]]}' ]
	[ "${lines[1]}" = '{"metric":{"service_name":"payment"},"values":[[1767225602,"1"],[1767225604,"1"]]}' ]
	[ "$(lql --step all "sum(count_over_time($all[1h]))")" = \
		'{"metric":{},"value":[1767225603,"4"]}' ]
	# the window of an instant is left open: the line at 602 is not in it
	[ "$(lql --step all --to 1767225603 "sum(rate($all[1s]))")" = \
		'{"metric":{},"value":[1767225603,"1"]}' ]
	[ "$(lql --step all "sum(bytes_over_time($all |= \"refused\" [1m]))" | jq -r '.value[1]')" -eq 35 ]
	[ "$(lql --step all "sum by (severity_text) (count_over_time($all[1m]))" | jq -r '.metric.severity_text + .value[1]' | tr '\n' ' ')" = \
		'ERROR1 INFO2 WARN1 ' ]
	[ "$(lql --step all "sum by (detected_level, service_name) (count_over_time($all[1m]))" | wc -l)" -eq 4 ]
	[ "$(lql --step all "max_over_time($all | unwrap duration(took) | __error__=\"\" [1m]) by (service_name)" | jq -c '[.metric.service_name, .value[1]]')" = \
		'["cart","1.5"]' ]
	[ "$(lql --step all "topk(1, sum by (service_name) (count_over_time($all |~ \"[0-9] \" [1m]))) > 2")" = "" ]
	[ "$(lql --step all --from 1767225602 "sum(count_over_time($all[2s]))" | jq -r '.value | join(" ")')" = '1767225603 2' ]
	[ "$(lql --step 1s --from 1767225602 --to 1767225605 "count_over_time($all[1s]) > 9 or vector(0)" | jq '.values | length')" -eq 4 ]
	run --separate-stderr lql --since 1h --step all "sum(rate($all[1s]))"
	[ "$status" -eq 0 ] && [ -z "$output" ] && [[ $stderr == *'no match'* ]]
	[ "$(lql --step all '1 + 2 * 3')" = '{"metric":{},"value":[1767225603,"7"]}' ]
	[ "$(lql --step 1s 'absent_over_time({service_name="no"}[1s])' | jq -c '[.metric.service_name, (.values | length)]')" = '["no",4]' ]
}

@test "metrics: a value that is none fails the query, unless filtered" {
	store
	fails 2 lql --step all 'sum_over_time({service_name="payment"} | unwrap duration(took) [1m])'
	[[ $output == *"pipeline error: 'SampleExtractionErr'"* ]]
	run --separate-stderr lql --step all 'sum_over_time({service_name="payment"} | unwrap duration(took) | __error__="" [1m])'
	[ "$status" -eq 0 ] && [ -z "$output" ] && [[ $stderr == *'no match'* ]]
}

@test "metrics: values that the template tells, and those it does not" {
	for i in 1 2 3 4 5; do
		printf '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"176722560%d000000000","body":{"stringValue":"took=%dms n=%d msg=\\"a b\\""}},{"timeUnixNano":"176722560%d500000000","body":{"stringValue":"{\\"n\\":%d,\\"took\\":\\"%ds\\"}"}}]}]}]}\n' $i $i $((i * 10)) $i $((i * 100)) $i
	done | rec -r | lstore -d "$T/logs" -
	one() { lql --step all "$1" | jq -r '.value[1]'; }
	[ "$(one 'sum(sum_over_time({service_name="a"} | logfmt | unwrap n [1m]))')" = 150 ]
	[ "$(one 'sum(sum_over_time({service_name="a"} | logfmt | n > 20 | unwrap n [1m]))')" = 120 ]
	[ "$(one 'sum(sum_over_time({service_name="a"} | logfmt | unwrap duration(took) | n < 50 [1m]))')" = 0.01 ]
	[ "$(one 'sum(count_over_time({service_name="a"} | logfmt | msg="a b" and n != 10 [1m]))')" = 4 ]
	[ "$(one 'quantile_over_time(0.5, {service_name="a"} |= "{" | json | unwrap duration(took) [1m]) by (service_name)')" = 3 ]
	[ "$(one 'max_over_time({service_name="a"} | json | unwrap n | __error__="" [1m]) by (service_name)')" = 500 ]
	fails 2 lql --step all 'sum(sum_over_time({service_name="a"} | logfmt | unwrap msg [1m]))'
	[[ $output == *SampleExtractionErr* ]]
}

@test "metrics: of blocks and tail, each line once" {
	lines | head -n 1 | rec -r | spool spool
	lstore -d "$T/logs" --once spool
	lines | rec -r | spool spool			# not sealed; one again
	[ "$(lql --step all 'sum(count_over_time({service_name=~".+"}[1h]))' | jq -r '.value[1]')" -eq 4 ]
	[ "$(lql --step all 'sum(count_over_time({service_name=~".+"} | severity_text="ERROR" [1h]))' | jq -r '.value[1]')" -eq 1 ]
}

@test "a listing: common labels once, the others in columns" {
	store
	run lql -w 100 -o table '{service_name=~".+"}'
	[ "${lines[0]}" = "TIME                    LEVEL service_name LINE" ]
	[ "${lines[1]}" = '2026-01-01 00:00:03.000 INFO  payment      charged \x1b[31mu-11\x1b[0m' ]
	[ "${lines[2]}" = "2026-01-01 00:00:02.000 WARN               retry 1 of 3" ]
	[ "${lines[3]}" = "2026-01-01 00:00:01.000 ERROR cart         connection to 10.0.0.7:5432 refused" ]
	run lql -w 100 -o table -n 1 '{service_name="cart"}'
	[ "${lines[0]}" = 'common labels {service_name="cart"}' ]
	[ "${lines[1]}" = "2026-01-01 00:00:01.000 ERROR connection to 10.0.0.7:5432 refused" ]
	[ "$(lql -q -w 100 -o table -n 1 '{service_name="cart"}')" = "${lines[1]}" ]
	# not in a pipe, nor where all labels stand under each line
	[ "$(lql -o table -n 1 '{service_name="cart"}')" = "2026-01-01 00:00:01.000 ERROR cart connection to 10.0.0.7:5432 refused" ]
	[[ "$(lql -x -w 100 -o table -n 1 '{service_name="cart"}')" == "2026-01-01 00:00:01.000 ERROR cart conn"* ]]
}

@test "metrics: table, chart and CSV" {
	store
	run lql --step 1s -o table 'sum by (service_name) (rate({service_name=~".+"}[1s]))'
	[[ ${lines[0]} == *MIN*MAX*LAST* ]]
	[[ $output == *'steps of 1.00s'* ]]
	run lql --step 1s -o chart 'sum by (service_name) (rate({service_name=~".+"}[1s]))'
	[[ $output == *┤* ]]
	run lql --step 1s -o csv 'sum by (service_name) (rate({service_name="cart"}[1s]))'
	[ "${lines[0]}" = time,service_name,value ]
	[ "${lines[1]}" = 2026-01-01T00:00:00.000Z,cart,1 ]
	run --separate-stderr lql --stats --step all 'vector(1)'
	[[ $stderr == *'1 series'* ]]
}

@test "a query set out over lines" {
	[ "$("$BIN/lql" --fmt '{a="b"}|x=1 or y>1.5KiB,z!="q"')" = '{a="b"} | ( x==1 or ( y>1.5kB , z!="q" ) )' ]
	"$BIN/lql" --fmt 'sum(rate({service_name="cart",env=~"p.*"}|="refused"|json|status>=500|unwrap duration(took)[1m] offset 1h)) by (env)' >got
	diff got - <<-'END'
	sum by (env)(
	  rate(
	    {service_name="cart", env=~"p.*"} |= "refused" | json | status>=500
	      | unwrap duration(took) [1m] offset 1h
	  )
	)
	END
	# what is printed is the same query
	[ "$("$BIN/lql" --fmt "$(cat got)")" = "$(cat got)" ]
	fails 2 "$BIN/lql" --fmt
	fails 2 "$BIN/lql" --fmt '{a="b"'
}

@test "a store of another kind is refused" {
	tstore -d "$T/traces" /dev/null
	fails 2 "$BIN/lql" -d "$T/traces" '{a="b"}'
	[[ $output == *traces* ]]
}

@test "follow prints lines as they come" {
	mkfifo in
	lstore -d "$T/logs" - <in &
	PIDS+=($!)
	exec 5>in
	lines | head -n 1 | rec -r >&5
	until_true sh -c "'$BIN/lql' -d '$T/logs' -o raw '{service_name=~\".+\"}' 2>/dev/null | grep -q refused"
	"$BIN/lql" -d "$T/logs" -f -o raw '{service_name=~".+"}' >out &
	PIDS+=($!)
	until_true grep -q refused out
	lines | tail -n 1 | rec -r >&5
	until_true grep -q charged out
	[ "$(wc -l <out)" -eq 4 ]
	exec 5>&-
}

@test "follow begins with the newest lines, in the order of what comes" {
	mkfifo in
	lstore -d "$T/logs" - <in &
	PIDS+=($!)
	exec 5>in
	lines | rec -r >&5
	until_true sh -c "'$BIN/lql' -d '$T/logs' -o raw '{service_name=~\".+\"}' 2>/dev/null | grep -q charged"
	"$BIN/lql" -d "$T/logs" -f -n 2 -o raw '{service_name=~".+"}' >out &
	PIDS+=($!)
	until_true grep -q charged out
	# what -n cut off is in the window of late lines, and stays untold
	lines | tail -n 1 | sed 's/charged/came/; s/1767225603/1767225604/; s/retry 1 of 3/late/; s/1767225602/1767225601/' | rec -r >&5
	until_true grep -q came out
	[ "$(tr -d '\033' <out | paste -sd, | sed 's/\[[0-9]*m//g')" = 'retry 1 of 3,charged u-11,late,came u-11' ]
	exec 5>&-
}

@test "the prompt: queries, commands, completion" {
	store
	run bash -c "printf '%s\n' '{service_name=\"cart\"}' '\\limit 1' '{service_name=~\".+\"}' '\\nonsense' '\\q' | '$BIN/lql' -d '$T/logs' -o raw"
	[[ $output == *'has 2 items'* ]]
	[[ $output == *'\nonsense: unknown'* ]]
	[ "$(grep -c refused <<<"$output")" -eq 1 ]
	run bash -c "printf '%s\n' '\\stats' '\\timezone Asia/Kolkata' '{service_name=\"payment\"} |= \"retry\"' | '$BIN/lql' -d '$T/logs' -o table"
	[[ $output == *'2026-01-01 05:30:02.000 WARN'* && $output == *'1 lines, '* ]]
	run bash -c "printf '%s\n' '\\step all' 'count_over_time({service_name=\"cart\"} | keep service_name [1h])' | '$BIN/lql' -d '$T/logs' -o json"
	[[ $output == *'"value":[1767225603,"2"]'* ]]
	S=otelutils-$BASHPID
	tmux -L "$S" new-session -d -x 100 -y 30 "$BIN/lql -d $T/logs"
	until_true sh -c "tmux -L $S capture-pane -p | grep -q 'lql>'"
	tmux -L "$S" send-keys '{service_n' Tab '="pay' Tab '"}' Enter
	until_true sh -c "tmux -L $S capture-pane -p | grep -q 'retry 1 of 3'"
	tmux -L "$S" capture-pane -p | grep -q '{service_name="payment"}'
	# fields of the selector's lines; a follow that ^C ends, but not the prompt
	tmux -L "$S" send-keys '{service_name="cart"} | ite' Tab '=2' Enter
	until_true sh -c "tmux -L $S capture-pane -p | grep -q 'cart of u-11'"
	tmux -L "$S" capture-pane -p | grep -q '| items=2'
	tmux -L "$S" send-keys '\follow {service_name="payment"} |= "charged"' Enter
	until_true sh -c "tmux -L $S capture-pane -p | grep -q 'charged .x1b'"
	tmux -L "$S" send-keys C-c '\q' Enter
	until_true sh -c "! tmux -L $S list-sessions 2>/dev/null"
}
