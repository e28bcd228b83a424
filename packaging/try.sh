#!/bin/sh
# try.sh DEB [ROOT]: installs the package in a copy of the Debian in ROOT (made
# by debootstrap when there is none), runs what the units run, sends a span,
# asks for it, and purges. As root; without ROOT it needs the network.
set -eu
cd "$(dirname "$0")/.."
deb=$1 from=${2:-}
root=$(mktemp -d /var/tmp/otelutils-try.XXXXXX)
pids=
end() {
	for p in $pids; do kill "$p" 2>/dev/null || :; done
	wait
	umount "$root/proc" 2>/dev/null || :
	rm -rf --one-file-system "$root"
}
trap end EXIT
trap 'exit 130' INT TERM

if [ "$from" ]; then
	cp -a "$from/." "$root"
else
	debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 || { cat "$root.log"; exit 1; }
	rm -f "$root.log"
fi
mount -t proc proc "$root/proc"
cp "$deb" "$root/otelutils.deb"
chroot "$root" env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get -qq update &&
	apt-get -y -qq --no-install-recommends install /otelutils.deb' >"$root/apt.log" 2>&1 ||
	{ cat "$root/apt.log"; exit 1; }
for t in cmd/*.c; do
	chroot "$root" "/usr/bin/$(basename "$t" .c)" --version
done

# exec_of UNIT WHICH: the unit's command, as systemd would expand it
exec_of() { sed -n "s|^$2=||p" "$root/lib/systemd/system/$1" | sed 's|%S|/var/lib|g; s|\$[A-Z_]*||g'; }
mkdir -p "$root/var/lib/otelutils"
for u in otlp-recv tstore lstore; do
	exec_of $u.service ExecStartPre | while read -r c; do
		# shellcheck disable=SC2086 # a command and its words
		chroot "$root" $c </dev/null
	done
	extra=
	[ $u != otlp-recv ] || extra='-g none -H 127.0.0.1:0 --ports-file /ports'
	# shellcheck disable=SC2046,SC2086 # likewise
	chroot "$root" $(exec_of $u.service ExecStart) $extra &
	pids="$pids $!"
	n=0
	until [ $u != otlp-recv ] || [ -s "$root/ports" ]; do
		n=$((n + 1))
		[ $n -lt 500 ] || exit 1
		sleep 0.02
	done
done
at=$(sed -n 's/^http //p' "$root/ports")
grep -h resourceSpans examples/shop.jsonl | head -n 1 | curl -sf -o "$root/answer" \
	-H content-type:application/json -d @- "http://$at/v1/traces"
n=0
until [ "$(chroot "$root" tql -d /var/lib/otelutils/traces '{}' -o ids 2>/dev/null | wc -l)" -gt 0 ]; do
	n=$((n + 1))
	[ $n -lt 100 ] || { echo "the span did not arrive"; exit 1; }
	sleep 0.1
done
for p in $pids; do kill "$p"; done
for p in $pids; do wait "$p"; done
pids=

chroot "$root" dpkg --purge otelutils >/dev/null
left=$(find "$root/usr" "$root/lib/systemd" "$root/etc" -name '*otelutils*' -o -name 'otlp-*' -o -name '?store.service' -o -name 'logpush*')
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
echo "installs, runs and purges"
