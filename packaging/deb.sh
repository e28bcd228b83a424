#!/bin/sh
# deb.sh OUT: makes OUT/otelutils_VERSION_ARCH.deb of what `make install`
# installs. Called by `make deb`; needs dpkg-dev.
set -eu
cd "$(dirname "$0")/.."
out=$1
version=$(sed -n 's/^#define TOOL_VERSION.*"\(.*\)".*/\1/p' lib/base/tool.h)
arch=$(dpkg --print-architecture)
root=$(mktemp -d "${TMPDIR:-/tmp}/otelutils-deb.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
top=$root/debian/otelutils doc=$root/debian/otelutils/usr/share/doc/otelutils

umask 022
make --no-print-directory -s install O="$out" DESTDIR="$top" PREFIX=/usr
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$top"/usr/bin/*
# what Debian calls these places
mv "$top/usr/share/zsh/site-functions" "$top/usr/share/zsh/vendor-completions"
mkdir -p "$top/lib/systemd" && mv "$top/usr/lib/systemd/system" "$top/lib/systemd" && rmdir "$top/usr/lib/systemd" "$top/usr/lib"
find "$top/usr/share/man" -type f -exec gzip -9n {} +

when=$(git log -1 --format=%cD 2>/dev/null || date -R)
{
	echo "otelutils ($version) unstable; urgency=low"
	printf '\n  * As of the source.\n\n'
	echo " -- otelutils <otelutils@localhost>  $when"
} | gzip -9n >"$doc/changelog.gz"
{
	echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
	printf '\nFiles: *\nCopyright: 2026 the otelutils authors\nLicense: Apache-2.0\n'
	printf ' On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n .\n'
	printf ' tql and lql link GNU readline: as binaries they may only be passed on under\n'
	printf ' GPL-3.0-or-later, see /usr/share/common-licenses/GPL-3.\n'
} >"$doc/copyright"

install -D -m 644 packaging/lintian-overrides "$top/usr/share/lintian/overrides/otelutils"
printf 'Source: otelutils\n\nPackage: otelutils\nArchitecture: any\n' >"$root/debian/control"
depends=$(cd "$root" && dpkg-shlibdeps -O debian/otelutils/usr/bin/* 2>/dev/null |
	sed -n 's/^shlibs:Depends=//p')
mkdir "$top/DEBIAN"
cat >"$top/DEBIAN/control" <<END
Package: otelutils
Version: $version
Architecture: $arch
Maintainer: otelutils <otelutils@localhost>
Installed-Size: $(du -sk "$top/usr" | cut -f 1)
Depends: $depends, tzdata
Conflicts: at
Section: utils
Priority: optional
Description: observability as a Unix toolkit
 Small programs, joined by pipes and files, that receive OpenTelemetry, keep
 traces and logs in folders, and answer TraceQL and LogQL questions about
 them without a server.
END
(cd "$top" && find usr lib -type f -exec md5sum {} +) >"$top/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zxz -b "$top" "$out/otelutils_${version}_$arch.deb"
