# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by run.sh: queries once more, while a writer takes in 50,000 items a
# second: spans and lines of another seed, from after the end of the set.
busy_rate=50000
set_begin=$(jq '.start // 1767225600' "$DATA/truth.json") set_minutes=$(jq '.minutes // 60' "$DATA/truth.json")
set_end=$((set_begin + set_minutes * 60))
span="--from $set_begin --to $((set_end + 3600))"	# of metrics: all there will be
declare -A quiet	# seconds of a query when nothing comes in

# timed NAME SECONDS YARDSTICK-NAME YARDSTICK REACH: a row of a query; when busy
# beside what it took before
timed() {
	if [ -n "$busy" ]; then
		row "busy: ${1:0:40}" "$2" s "the same, quiet" "${quiet[$1]}" "<=3x"
	else
		quiet[$1]=$2
		row "$1" "$2" s "$3" "$4" "$5"
	fi
}

# while_busy QUERIES TOOL STORE SIGNAL: that function, the store's writer at work
while_busy() {
	local writer pacer
	if [ ! -d "$work/more" ]; then
		mkdir "$work/more"
		ln -s /dev/null "$work/more/lines.txt"
		"$O/bench/gen" -d "$work/more" -s 8 -b $set_end -t 280000 -l 4000000
	fi
	mkfifo "$work/pipe"
	"$2" -d "$3" <"$work/pipe" &
	writer=$!
	"$O/bench/pace" -r $busy_rate "$work/more/$4.rec" >"$work/pipe" 2>"$work/paced" &
	pacer=$!
	sleep 5		# blocks, merges and a tail are there as they always will be
	busy=yes
	"$1"
	busy=
	kill "$pacer" 2>/dev/null || { echo "bench: the data to come in ended too soon"; failed=1; }
	wait "$pacer" "$writer"
	rm "$work/pipe"
	row "${2##*/}, items a second meanwhile" "$(awk '{ printf "%.0f", $1 / $2 }' "$work/paced")" "" "sent" $busy_rate ">=0.95x"
}
