#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: deb.sh FOLDER: Debian's source and binary package of what is here, into FOLDER. The sources themselves
# have no folder debian: it is .ci/debian, put where it belongs in a copy.
set -eu
cd "$(dirname "$0")/.."
command -v dpkg-buildpackage > /dev/null && command -v dh > /dev/null || {
	echo 'deb: dpkg-buildpackage and dh are needed: install dpkg-dev and debhelper' >&2
	exit 2
}
mkdir -p "$1"
out=$(cd "$1" && pwd)
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' .ci/debian/changelog)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/clobber-$version
mkdir "$tree"
# Without git (in a container) what is no build folder, nor a run.
if git rev-parse --is-inside-work-tree > /dev/null 2>&1; then
	git ls-files -z --cached --others --exclude-standard
else
	find . \( -path './build*' -o -path './results/*' ! -path './results/reference*' -o -path ./.git \) -prune -o \
		-type f -print0
fi | tar --null --files-from=- -cf - | tar -xf - -C "$tree"
cp -R .ci/debian "$tree/debian"
(cd "$tree" && dpkg-buildpackage -us -uc > "$work/log" 2>&1) || {
	cp "$work/log" "$out/log"
	tail -30 "$work/log" >&2
	echo "deb: the package does not build; all of it is in $1/log" >&2
	exit 1
}
rm -f "$out/log"
for file in "$work"/clobber*.*; do
	if [ -f "$file" ]; then
		mv "$file" "$out/"
		echo "$1/${file##*/}"
	fi
done
