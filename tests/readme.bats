#!/usr/bin/env bats
# What README.md shows is so; the stack and the demo, which it begins with.
load helper

# stack: as README.md has it, in ~/telemetry, on free ports; sets STACK, URL
stack() {
	export HOME=$T
	GRPC=127.0.0.1:0 HTTP=127.0.0.1:0 setsid env --default-signal=INT \
		"$ROOT/examples/stack.sh" ~/telemetry 2>said 3>&- &
	STACK=$!
	PIDS+=("$STACK")
	until_true grep -q ^ready said
	URL=http://$(sed -n 's/^http //p' telemetry/ports)
}

shop() { rec -r "$ROOT/examples/shop.jsonl" | otlp-send "$URL"; }

# session: types what stands behind the prompts of ./want at a prompt, and
# demands what it shows
session() {
	local name n=0 line S=otelutils-$BASHPID
	read -r _ line <want
	name=${line%% *}
	prompts() { [ "$(tmux -L "$S" capture-pane -pJ -S - | grep -c "^$name>")" -eq "$1" ]; }
	tmux -L "$S" new-session -d -x 100 -y 60 "$line"
	while IFS= read -r line; do
		n=$((n + 1))
		until_true prompts $n
		tmux -L "$S" send-keys -l "${line#*> }"
		tmux -L "$S" send-keys Enter
	done < <(grep "^$name> " want)
	until_true prompts $((n + 1))
	tmux -L "$S" capture-pane -pJ -S - | sed 's/ *$//' | sed "/^$name>\$/,\$d" >got
	tmux -L "$S" kill-server
	[ $n -gt 0 ]
	diff <(sed 1d want) got
}

@test "the prompts" {
	stack
	shop
	for name in tql lql; do
		sed -n "/^    \$ $name /,/^\$/s/^    //p" "$ROOT/README.md" >want
		session
	done
}

@test "the questions" {
	stack
	shop
	dot() { cat; }
	export -f dot
	grep -E '^    (tql|lql) ' "$ROOT/README.md" | grep -v ' /var/' >questions
	[ "$(wc -l <questions)" -ge 10 ]
	cd telemetry
	while IFS= read -r line; do
		bash -c "$line" >out 2>err </dev/null
		[ ! -s err ] || { cat err; false; }
		[ -s out ] || [ -s calls.svg ] || { echo "nothing: $line"; false; }
	done <../questions
	grep -q '^digraph' calls.svg
}

@test "the stack stops at ^C, and what it acknowledged is kept" {
	stack
	line() {
		curl -sf -o /dev/null -H 'Content-Type: application/json' "$URL/v1/logs" -d '{"resourceLogs":[{"scopeLogs":[{"logRecords":[
			{"timeUnixNano":"1700000000000000000","body":{"stringValue":"line '"$1"'"}}]}]}]}'
	}
	(for ((i = 0; ; i++)); do line $i && echo "line $i" >>kept || break; done) 3>&- &
	PIDS+=($!)
	until_true sh -c '[ "$(wc -l <kept)" -ge 20 ]'
	kill -INT -- "-$STACK"
	wait "$STACK"
	wait "${PIDS[-1]}"
	lql -d telemetry/logs -n all -o raw '{service_name=~".+"}' | sort >found
	[ -z "$(sort kept | comm -23 - found)" ]
	tstore -d telemetry/traces --check
	lstore -d telemetry/logs --check
}

# group: the processes of the stack, PID (NAME)
group() { cat /proc/[0-9]*/stat 2>/dev/null | awk -v g="$STACK" '$5 == g { print $1, $2 }'; }

@test "a second stack in a folder is refused, and touches nothing" {
	stack
	cp telemetry/ports ports
	fails 1 env GRPC=127.0.0.1:0 HTTP=127.0.0.1:0 "$ROOT/examples/stack.sh" telemetry
	[ "$output" = "stack: telemetry: another one runs there" ]
	cmp telemetry/ports ports
	shop
	kill -INT -- "-$STACK"
	wait "$STACK"
	stack
}

@test "the stack stops when one of its three has gone" {
	stack
	kill -KILL "$(group | sed -n 's/ (tstore)$//p')"
	status=0
	wait "$STACK" || status=$?
	[ "$status" -eq 1 ]
	grep -q 'not without all three' said
	[ -z "$(group)" ]
}

@test "the demo: a failing trace, its lines, what to type next" {
	TMPDIR=$T "$ROOT/examples/demo.sh" >out
	grep -q '^└─ GET .* payment\|^   └─ GET .* payment' out
	grep -q 'card of user u-13 declined' out
	[ "$(sed -n 's/^\$ \([a-z]*\).*/\1/p' out | tr '\n' ' ')" = "tql tql tql lql " ]
	[ "$(sed -n '/^What to type next/,$p' out | wc -l)" -ge 4 ]
	[ "$(ls)" = out ]
}
