# helper: what every bats file has. $BIN holds the programs, $ROOT is the
# source tree, $T a fresh folder for the test. Pids in PIDS (negative ones:
# process groups) are stopped at the end, and waited for.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${BIN:-$ROOT/bin}
PATH=$BIN:$PATH
export LC_ALL=C.UTF-8 TZ=UTC

setup() {
	T=$(mktemp -d "${TMPDIR:-/tmp}/otelutils.XXXXXX")
	PIDS=()
	export XDG_STATE_HOME=$T/state
	cd "$T" || return 1
}

teardown() {
	for p in "${PIDS[@]}"; do
		kill -- "$p" 2>/dev/null || true
	done
	for p in "${PIDS[@]}"; do
		wait "$p" 2>/dev/null || true
	done
	cd / && rm -rf "$T"
}

# until_true COMMAND...: try again, quickly, for 20 seconds at most.
until_true() {
	local end=$((SECONDS + 20))
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "never came true: $*" >&2; return 1; }
		read -rt 0.02 <> <(:) || true
	done
}

# fails STATUS COMMAND...: runs it, output in $output, demands the status.
fails() {
	local want=$1
	shift
	run "$@"
	[ "$status" -eq "$want" ] || { echo "status $status, not $want: $output"; return 1; }
}

# terminal COMMAND: what it shows on a terminal, and its status.
terminal() { script -qec "$1" /dev/null </dev/null | tr -d '\r'; return "${PIPESTATUS[0]}"; }

# transcript FILE: runs what follows its `$ `s, in one shell, and demands what
# it shows, but for ports and blanks at the end. A program in the background
# that is to write a --ports-file is waited for, as a person would.
transcript() {
	ln -sfn "$ROOT/examples" examples
	grep -q '^\$ ' "$1" || { echo "no transcript"; return 1; }
	{
		echo "trap 'exec 2>/dev/null; kill \$(jobs -p); wait' EXIT"
		awk '
			more || /^\$ / {
				shown = shown $0 "\n"
				text = text substr($0, more ? 1 : 3) "\n"
				more = /[\\|(]$/
				if (more)
					next
				printf "cat <<'\''END'\''\n%sEND\n%s", shown, text
				if (text ~ /&\n$/ && match(text, /--ports-file [^ ]+/))
					print "until_true test -s " substr(text, RSTART + 13, RLENGTH - 13)
				shown = text = ""
			}' "$1"
	} >transcript.sh
	(export -f until_true && bash transcript.sh) >got 2>&1 3>&- || true
	diff <(plain "$1") <(plain got)
}
plain() { sed -E 's/127\.0\.0\.1:[0-9]+/127.0.0.1:PORT/; s/ +$//' "$1"; }

# examples PAGE: likewise what the EXAMPLES of man/PAGE show
examples() {
	awk '/^\.Sh /{ on = $2 == "EXAMPLES" }
		/^\.Ed/ { show = 0 }
		first && /^\$ / { show = 1 }
		{ first = on && /^\.Bd/ }
		show { gsub(/\\e/, "\\"); print }' "$ROOT/man/$1" >transcript
	transcript transcript
}

# roomy N: N, or what it may become under ASAN, which keeps what was freed
roomy() { echo $(($1 * $(grep -q __asan_init "$BIN/lstore" && echo 5 || echo 1))); }

# flip FILE OFFSET: another byte there
flip() {
	local was
	was=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\$(printf %o $((was ^ 65)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
