load helper

CART=$ROOT/examples/cart.jsonl

@test "the manual's examples" {
	examples rec.1
}

@test "json to records and back, byte for byte" {
	rec -r "$CART" >a.rec
	rec a.rec | cmp - "$CART"
	rec <a.rec | cmp - "$CART"
	rec - <a.rec | cmp - "$CART"
	cat a.rec a.rec | rec | cmp - <(cat "$CART" "$CART")
	# what is written is autodetected, and records pass unchanged
	rec "$CART" | cmp - "$CART"
	rec -o rec a.rec | cmp - a.rec
	rec --output=rec --input=json "$CART" | rec | cmp - "$CART"
	# without the last newline
	printf %s "$(cat "$CART")" | rec | cmp - "$CART"
}

@test "odd numbers, names and texts in json" {
	cat >in.jsonl <<-'E'

		{"resourceLogs":[{"unknown":[1e999,{"a":null}],"scopeLogs":[{"logRecords":[{"timeUnixNano":18446744073709551615,"observedTimeUnixNano":1e3,"severityNumber":"SEVERITY_NUMBER_INFO","traceId":"ABCDEF00112233445566778899aabbcc","body":{"stringValue":"half \ud83d"},"attributes":[{"key":"big","value":{"intValue":-9223372036854775808}},{"key":"b","value":{"bytesValue":"_-8"}}]}]}]}]}
	E
	rec -i json in.jsonl >out
	cat >want <<-'E'
		{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"18446744073709551615","severityNumber":9,"body":{"stringValue":"half �"},"attributes":[{"key":"big","value":{"intValue":"-9223372036854775808"}},{"key":"b","value":{"bytesValue":"/+8="}}],"traceId":"abcdef00112233445566778899aabbcc","observedTimeUnixNano":"1000"}]}]}]}
	E
	diff want out
}

@test "select, limit, count" {
	rec -r "$CART" >a.rec
	cat a.rec a.rec >b.rec
	[ "$(rec -c b.rec)" = $'traces\t2\t4\nlogs\t2\t2' ]
	[ "$(rec -c -s logs b.rec)" = $'logs\t2\t2' ]
	[ "$(rec -c -n 3 b.rec)" = $'traces\t2\t4\nlogs\t1\t1' ]
	[ "$(rec -c -n 1 b.rec b.rec -s logs)" = $'logs\t1\t1' ]
	[ "$(rec -n 0 b.rec | wc -c)" -eq 0 ]
	[ "$(rec -c /dev/null | wc -c)" -eq 0 ]
	[ "$(rec -s metrics b.rec | wc -c)" -eq 0 ]
	[ "$(rec -c - b.rec <a.rec)" = $'traces\t3\t6\nlogs\t3\t3' ]
}

@test "a tenant, the time of receipt and the items' times go into records" {
	rec -r -t blue "$CART" | grep -aq blue
	rec -r "$CART" >plain.rec
	fails 1 grep -aq blue plain.rec
}

@test "the collector's frames" {
	# two bytes, an empty ResourceLogs, twice; then an empty payload
	printf '\0\0\0\2\n\0\0\0\0\2\n\0\0\0\0\0' >be
	[ "$(rec -s logs be)" = $'{"resourceLogs":[{}]}\n{"resourceLogs":[{}]}' ]
	[ "$(rec -i collector -s traces -o rec be | rec)" = \
	    $'{"resourceSpans":[{}]}\n{"resourceSpans":[{}]}' ]
	fails 2 rec be
	[[ $output == *"-s does"* ]]
	printf '\0\0\0\3\n\0' >torn
	fails 1 rec -s logs torn
	[ "$output" = "rec: torn:0: cut short: 6 bytes are left" ]
	printf '\0\0\0\2\n\5' >bad
	fails 1 rec -s logs bad
	[[ $output == "rec: bad:0: "*"not well formed" ]]
	printf '\x10\0\0\0' | fails 1 rec -i collector -s logs
}

@test "broken lines are named, the others are read" {
	{ echo '{"resourceSpans":[{]}'; cat "$CART"; echo '{"resourceLogs":7}'; } >bad.jsonl
	fails 1 bash -c "rec bad.jsonl 2>said"
	diff <(echo "$output") "$CART"
	mapfile -t stderr_lines <said
	[[ ${stderr_lines[0]} == "rec: bad.jsonl:0: resourceSpans: [0]: json: byte "* ]]
	[[ ${stderr_lines[1]} == "rec: bad.jsonl:"*": resourceLogs: not an array" ]]
	printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"012"}]}]}]}' >odd
	fails 1 rec odd
	[ "$output" = "rec: odd:0: resourceSpans: [0]: scopeSpans: [0]: spans: [0]: traceId: not hexadecimal, or of odd length" ]
}

@test "torn and broken records" {
	rec -r "$CART" >a.rec
	n=$(stat -c %s a.rec)
	head -c $((n - 1)) a.rec >torn
	fails 1 rec -c torn
	[[ $output == *"torn:"*"cut short"* ]]
	[[ $output == *$'traces\t1\t2'* ]]	# what was whole is counted
	printf '\0' | cat a.rec - >zero
	fails 1 rec -c zero
	[[ $output == *"zero:$n: "* ]]
	fails 1 rec -c torn a.rec
	[[ $output == *$'traces\t2\t4'* ]]	# the next file is read
	fails 1 rec absent
	[[ $output == *absent*"No such file"* ]]
}

@test "verify: silent when sound" {
	rec -r "$CART" >a.rec
	[ -z "$(rec -v a.rec 2>&1)" ]
	echo '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}' >ids
	fails 1 rec -v ids
	[ "$output" = "rec: ids:0: 1 of 1 items invalid: span 1: trace id has 0 bytes, not 16" ]
}

@test "asked wrongly" {
	fails 2 rec -o xml
	fails 2 rec -i xml
	fails 2 rec -s spans
	fails 2 rec -n many
	fails 2 rec -n -1
	fails 2 rec --no-such
	[[ $output == *"try 'rec --help'"* ]]
}

@test "a full disk is said" {
	run bash -c "rec '$CART' >/dev/full"
	[ "$status" -eq 1 ]
	[[ $output == *"rec: stdout: "* ]]
}

@test "control characters do not reach a terminal" {
	echo '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","body":{"stringValue":"a\u001b[31mb\nc"}}]}]}]}' >esc
	rec -o table esc >out
	fails 1 grep -q $'\x1b' out
	[ "$(wc -l <out)" -eq 2 ]
	rec esc >out
	fails 1 grep -q $'\x1b' out
}

@test "a spool folder is read from its oldest record" {
	rec -r "$CART" | spool sp
	rec sp | cmp - "$CART"
	rec -v sp
	[ "$(rec -c sp "$CART")" = $'traces\t2\t4\nlogs\t2\t2' ]
}
