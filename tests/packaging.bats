#!/usr/bin/env bats
# What make install puts where; the units; what the Debian package holds.
load helper

@test "units are well formed, and exposed below 2.0" {
	make -s -C "$ROOT" install DESTDIR="$T/dest" PREFIX=/usr >log 2>&1 || { cat log; false; }
	mkdir units
	for u in dest/usr/lib/systemd/system/*; do
		sed "s|/usr/bin/|$BIN/|" "$u" >"units/${u##*/}"
	done
	: >env
	sed -i "s|^EnvironmentFile=[^-].*|EnvironmentFile=$T/env|" units/*
	run systemd-analyze verify --man=no units/*
	[ "$status" -eq 0 ]
	[ -z "$output" ] || { echo "$output"; false; }
	[ "$(ls units | tr '\n' ' ')" = 'logpush.service lstore.service otelutils.target otlp-recv.service otlp-recv.socket otlp-send.service tstore.service ' ]
	for u in units/*.service; do
		score=$(systemd-analyze security --offline=true --no-pager "$u" |
			sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
		echo "$u $score"
		awk -v s="$score" 'BEGIN { exit !(s != "" && s < 2) }'
	done
}

@test "make install: each tool with its page, completions; units that name its place" {
	make -s -C "$ROOT" install DESTDIR="$T/dest" PREFIX=/opt/o >log 2>&1 || { cat log; false; }
	for c in "$ROOT"/cmd/*.c; do
		t=$(basename "$c" .c)
		"dest/opt/o/bin/$t" --version
		for f in man/man1/$t.1 bash-completion/completions/$t zsh/site-functions/_$t fish/vendor_completions.d/$t.fish; do
			[ -s "dest/opt/o/share/$f" ] || [ -s "dest/opt/o/share/$f.bash" ] || { echo "no $f"; false; }
		done
	done
	! grep -r /usr/bin dest/opt/o/lib/systemd || false
	grep -q ^ExecStart=/opt/o/bin/tstore dest/opt/o/lib/systemd/system/tstore.service
	[ -s dest/opt/o/share/doc/otelutils/LICENSE ]
	[ -s dest/opt/o/share/doc/otelutils/examples/shop.jsonl ]
}

@test "otlp-recv serves what its socket unit names" {
	# shellcheck disable=SC2046
	systemd-socket-activate $(sed -n 's/^ListenStream=/-l /p' "$ROOT/examples/systemd/otlp-recv.socket" | sed "s|127.0.0.1:|$T/|") \
		"$BIN/otlp-recv" >out.rec 2>err 3>&- &
	PIDS+=("$!")
	for port in 4317 4318; do
		until_true test -S $port
		[ "$(curl -s -m 20 -o /dev/null -w '%{http_code}' --unix-socket $port http://x/healthz)" = 200 ]
	done
}

@test "the units' options are the tools'" {
	for u in "$ROOT"/examples/systemd/*.service; do
		sed -n 's/^ExecStart[A-Za-z]*=//p' "$u" | while read -r prog args; do
			for w in $args; do
				[[ $w == -* ]] || continue
				"${prog##*/}" --help | grep -qE -- "(^| )$w[, ]" || { echo "$u: ${prog##*/} $w"; false; }
			done
		done
	done
}
