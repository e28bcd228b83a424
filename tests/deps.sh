#!/bin/sh
# Install the packages of tests/packages that are missing. What is there
# already, from wherever, is left alone.
set -eu
cd "$(dirname "$0")"

there() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
	pc:*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#pc:}" ;;
	file:*) [ -e "${1#file:}" ] ;;
	esac
}

missing=
while IFS='|' read -r package check _; do
	case $package in ''|'#'*) continue ;; esac
	there "$check" || missing="$missing $package"
done <packages
[ -n "$missing" ] || exit 0

echo "deps: installing$missing" >&2
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
command -v apt-get >/dev/null 2>&1 || {
	echo "deps: no apt-get here: please install$missing" >&2
	exit 1
}
export DEBIAN_FRONTEND=noninteractive
install() {
	# shellcheck disable=SC2086 # a list of words
	$sudo apt-get install -y -qq --no-install-recommends $missing >&2
}
# the lists may be old, or not there at all
install || { $sudo apt-get update -qq >&2 && install; }
