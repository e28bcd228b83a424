# shellcheck shell=bash disable=SC2154
# Sourced by run.sh: the same of real lines, those of the .log files of the
# folder CORPUS: a stream a file, a line a microsecond. Of less than some 50 MB
# it is the programs' start that is measured.
DATA=$work/corpus
mkdir "$DATA"
for f in "$CORPUS"/*.log; do
	[ -r "$f" ] || { echo "bench: $f: not there" >&2; exit 1; }
	jq -Rnc --arg f "${f##*/}" 'foreach inputs as $line (0; . + 1; {resourceLogs: [{
		resource: {attributes: [{key: "service.name", value: {stringValue: $f}}]},
		scopeLogs: [{logRecords: [{timeUnixNano: "\(1700000000000000 + .)000", body: {stringValue: $line}}]}]}]})' "$f"
done >"$DATA/logs.json"
jq -r '.resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue' "$DATA/logs.json" >"$DATA/lines.txt"
"$BIN/rec" -r "$DATA/logs.json" | "$BIN/batch" >"$DATA/logs.rec"
ingest lstore l "$DATA/logs.rec" "<=0.6x"
grep_row '|= "qwertyuiop"' "<=0.1x" -cF qwertyuiop
grep_row '|= "417"' "<=1x" -cF 417
grep_row '|= "error"' "<=1x" -cF error
grep_row '|~ "(?i)warn"' "<=1x" -ci warn
grep_row '|~ "[0-9]{3}\\.[0-9]{2}"' "<=1x" -cE '[0-9]{3}\.[0-9]{2}'
