#!/usr/bin/env bats
# lstore killed at any moment: every line a spool took is found, once.
load ../helper

ROUNDS=${ROUNDS:-$([ -n "${SOAK:-}" ] && echo 10000 || echo 200)}

# lines FROM TO: a record each, two of them in one millisecond
lines() {
	local k
	for ((k = $1; k < $2; k++)); do
		printf '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s%d"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"%d000000","body":{"stringValue":"line %d of v%d"}}]}]}]}\n' \
			$((k % 3)) $((1767225600000 + k / 2)) "$k" $((k % 7))
	done | rec -r
}

# a store whose manifest names no spool yet was killed before it began
begun() { lstore -d s --info 2>/dev/null | grep -q '^source'; }
found() { lql -d s -n all -o raw '{service_name=~".+"}'; }

# life ROUNDS: a store and its spool, killed so often
life() {
	local i k n=0 more pid
	for ((i = 0; i < $1; i++)); do
		more=$((1 + RANDOM % 8))
		lines $n $((n + more)) | spool sp
		n=$((n + more))
		lstore -d s --seal-bytes 600 --merge-bytes 3000 sp 2>>err &
		pid=$!
		PIDS=($pid)
		# any moment will do: nothing waits for this
		read -rt 0.0$((RANDOM % 60 + 10)) <> <(:) || true
		if [ $((i % 10)) -eq 0 ] && begun; then
			found >lines
			[ "$(wc -l <lines)" -eq "$n" ]
			[ "$(sort -u lines | wc -l)" -eq "$n" ]
		fi
		kill -9 $pid
		wait $pid 2>/dev/null || true
	done
	lstore -d s --once sp
	found | sort >got
	for ((k = 0; k < n; k++)); do
		echo "line $k of v$((k % 7))"
	done | sort | diff - got
	lstore -d s --check
	[ "$(lstore -d s --info | grep ^all | tr -s ' ' | cut -d' ' -f3)" -eq "$n" ]
}

@test "killed at random moments: each line once" {
	for ((left = ROUNDS; left > 0; left -= 100)); do
		rm -rf s sp
		life $((left < 100 ? left : 100))
	done
}
