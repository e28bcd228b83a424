#!/usr/bin/env bats
# examples/incident.md: ten questions of an incident, answered as it says.
load helper

@test "every command of the incident answers word for word" {
	ln -s "$ROOT/examples" examples
	sed -n 's/^    //p' examples/incident.md >transcript
	[ "$(grep -c '^## ' examples/incident.md)" -eq 10 ]
	grep '^\$ ' transcript | while read -r _ line; do
		echo "\$ $line"
		bash -c "$line" 2>&1
	done | sed 's/ *$//' >got
	diff transcript got
	[ "$(grep -c '^\$ ' transcript)" -ge 13 ]
}
