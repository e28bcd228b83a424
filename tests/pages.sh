#!/bin/sh
# Write completions and the OPTIONS part of the pages from the option tables.
set -eu
cd "$(dirname "$0")/.."
for c in cmd/*.c; do
	t=$(basename "$c" .c)
	for shell in bash zsh fish; do
		"bin/$t" --help=$shell >"completions/$t.$shell"
	done
	[ -e "man/$t.1" ] || continue
	"bin/$t" --help=man >"man/$t.1.opts"
	awk -v opts="man/$t.1.opts" '
		/^\.\\" options: end/ { skip = 0 }
		!skip { print }
		/^\.\\" options: begin/ { while ((getline l < opts) > 0) print l; skip = 1 }
	' "man/$t.1" >"man/$t.1.new"
	mv "man/$t.1.new" "man/$t.1"
	rm "man/$t.1.opts"
done
