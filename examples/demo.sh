#!/bin/bash
# The demo: a stack in a temporary folder, real telemetry through the network
# into it, and the way from a failing request to its logs. Leaves nothing
# running and nothing behind.
#
# shop.jsonl is a recording of three Node.js services with the OpenTelemetry
# SDK (auto-instrumented HTTP, the logs API), in the OTLP file format.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
PATH=$here/bin:$PATH
dir=$(mktemp -d "${TMPDIR:-/tmp}/otelutils-demo.XXXXXX")
stack=
finish() {
	[ -z "$stack" ] || { kill -TERM "$stack" 2>/dev/null && wait "$stack"; } || :
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

if [ -t 1 ]; then bold=$(printf '\033[1m') off=$(printf '\033[0m') color=always; else bold='' off='' color=never; fi
show() {	# show COMMAND: print it as typed, then what it prints
	printf '\n%s$ %s%s\n' "$bold" "$1" "$off"
	(cd "$dir" && eval "$1") || { echo "demo: failed: $1" >&2; exit 1; }
}

GRPC=127.0.0.1:0 HTTP=127.0.0.1:0 "$here/examples/stack.sh" "$dir" 2>"$dir/said" &
stack=$!
until grep -q ^ready "$dir/said"; do
	kill -0 "$stack" 2>/dev/null || { cat "$dir/said" >&2; exit 1; }
	sleep 0.02
done
http=$(sed -n 's/^http //p' "$dir/ports")
echo "A receiver and two stores run in $dir; OTLP/HTTP is on $http."

send() {	# send SIGNAL: OTLP/JSON from stdin, through the network
	curl -sS --fail -H 'Content-Type: application/json' --data-binary @- \
		"http://$http/v1/$1" >/dev/null
}
while IFS= read -r line; do
	case $line in
	'{"resourceSpans"'*) printf '%s' "$line" | send traces ;;
	'{"resourceLogs"'*) printf '%s' "$line" | send logs ;;
	esac
done <"$here/examples/shop.jsonl"

# this machine's own lines, as a log shipper would send them
for f in /var/log/dpkg.log /var/log/syslog /var/log/messages /var/log/apt/history.log; do
	[ -r "$f" ] || continue
	tail -n 200 "$f" | jq -Rsc --arg f "$f" --arg h "$(uname -n)" '
		(now * 1e9 | floor | tostring) as $t |
		{resourceLogs: [{resource: {attributes: [
			{key: "service.name", value: {stringValue: ($f | split("/") | last | rtrimstr(".log"))}},
			{key: "host.name", value: {stringValue: $h}}]},
		scopeLogs: [{logRecords: [split("\n")[] | select(. != "") |
			{timeUnixNano: $t, severityNumber: 9, severityText: "INFO", body: {stringValue: .}}]}]}]}' |
		send logs
done
echo "Sent: a recorded shop of three services, and this machine's own log lines."

id=$(tql -d "$dir/traces" '{ status = error }' -o ids | head -n 1)
show "tql -d traces -o table --color $color $id"
show "tql -d traces '{ status = error }' -o ids | lql -d logs --traces - --direction forward -o table --color $color"
show "tql -d traces '{ name = \"authorize card\" && duration > 500ms }' -o table --color $color"
show "lql -d logs '{service_name=\"payment\"} |= \"retry\"' -o table --color $color"

cat <<END

${bold}What to type next${off}
  examples/stack.sh ~/telemetry                        your own stack, on OTLP's usual ports
  bin/rec -r examples/shop.jsonl | bin/otlp-send       sends it this shop
  bin/tql -d ~/telemetry/traces -D ~/telemetry/logs    the prompt: Tab completes, \\h helps
  bin/lql -d ~/telemetry/logs -f '{service_name=~".+"}'    follow every line
  man man/otelutils.7                                  the way in to everything else
END
