# shellcheck shell=bash disable=SC2034
# The shop's traces, for the tests of tql.
store() {
	rec -r "$ROOT/examples/shop.jsonl" >shop.rec
	tstore -d traces shop.rec
	id=ca8c3b1f1fd2555c028cadaf98de3d0b
}
q() { tql -d traces "$@"; }
