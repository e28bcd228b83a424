#!/usr/bin/env bats
# examples/incident.md: ten questions of an incident, answered as it says.
load helper

@test "every command of the incident answers word for word" {
	sed -n 's/^    //p' "$ROOT/examples/incident.md" >transcript
	[ "$(grep -c '^## ' "$ROOT/examples/incident.md")" -eq 10 ]
	transcript transcript
	[ "$(grep -c '^\$ ' transcript)" -ge 13 ]
}
