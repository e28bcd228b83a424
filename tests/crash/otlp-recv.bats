#!/usr/bin/env bats
# What was acknowledged survives kill -9. CRASH_ROUNDS sets how often.
load ../helper

@test "kill -9 of otlp-recv -o under load loses and doubles nothing" {
	rounds=200
	[ -z "${SOAK:-}" ] || rounds=10000
	"$ROOT/tests/crash/otlp-recv.sh" "${CRASH_ROUNDS:-$rounds}"
}
