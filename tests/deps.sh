#!/bin/sh
# Install the packages of tests/packages that are missing. What is there
# already, from wherever, is left alone.
#   tests/deps.sh [build]     only what building and the demo need
set -eu
cd "$(dirname "$0")"
only=${1:-}

there() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	pc:*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#pc:}" ;;
	file:*) [ -e "${1#file:}" ] ;;
	esac
}

missing=
while IFS='|' read -r package when check _; do
	case $package in ''|'#'*) continue ;; esac
	[ -z "$only" ] || [ "$when" = "$only" ] || continue
	there "$check" || missing="$missing $package"
done <packages
[ -n "$missing" ] || exit 0

echo "deps: installing$missing" >&2
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
for c in apt-get $sudo; do
	command -v "$c" >/dev/null 2>&1 && continue
	echo "deps: no $c here: please install$missing" >&2
	exit 1
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -y -qq \
		-o Dpkg::Use-Pty=0 --no-install-recommends "$@" >"$log" 2>&1
}
# the lists may be old, or not there at all
# shellcheck disable=SC2086 # a list of words
apt install $missing || { apt update && apt install $missing; } || {
	cat "$log" >&2
	exit 1
}
