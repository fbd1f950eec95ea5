#!/bin/sh
# SPDX-License-Identifier: MIT
# Build Bochs without its debugger, which looks at every instruction: the same emulator, about three times as fast. From
# Debian's own source package (of this machine's configured archive), or from the folder BOCHS_SOURCE names, into
# BOCHS_PREFIX. Some minutes, at low priority; quick when it is there already.
#
# usage: bochs.sh            (make deps-bochs)
set -eu

prefix=${BOCHS_PREFIX:-/usr/local/lib/clobber/bochs} # where clobber looks: src/place/bochs.c
# As Debian configures it where payloads can see the difference; all of it that they cannot (debugger, gdb stub,
# instrumentation, several processors, displays, devices) is left out.
configuration="--enable-cpu-level=6 --enable-x86-64 --enable-vmx=2 --enable-avx --enable-evex --enable-cet
--enable-memtype --enable-protection-keys --enable-3dnow --enable-a20-pin --enable-x86-debugger --enable-pci
--enable-all-optimizations --disable-docbook --disable-plugins --with-nogui"
flags='-O2 -w'

say() {
	echo "bochs.sh: $*" >&2
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The archives that offer the package, as deb-src; nothing of the machine's own configuration of apt is changed.
sources() {
	for key in /usr/share/keyrings/debian-archive-keyring.pgp /usr/share/keyrings/debian-archive-keyring.gpg; do
		[ ! -e "$key" ] || { signed="[signed-by=$key] "; break; }
	done
	apt-cache policy bochs | awk -v signed="${signed:-}" '
		$2 ~ /^[a-z+]+:/ && $5 == "Packages" {
			split($3, release, "/")
			print "deb-src " signed $2 " " release[1] " " release[2]
		}' | sort -u
}

download() {
	if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-source >/dev/null 2>&1; then
		say "apt-get and dpkg-source (dpkg-dev) are needed, or BOCHS_SOURCE=FOLDER with Bochs' source"
		exit 1
	fi
	sources > "$work/sources.list"
	if [ ! -s "$work/sources.list" ]; then
		say "no archive that apt knows offers bochs: run apt-get update first, or set BOCHS_SOURCE=FOLDER"
		exit 1
	fi
	mkdir -p "$work/lists/partial" "$work/archives/partial"
	set -- -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts="$work/none" \
		-o Dir::State::Lists="$work/lists" -o Dir::Cache::Archives="$work/archives" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root
	# Its verdict is the download's: an archive may be there and have no sources.
	apt-get "$@" update || true
	(cd "$work" && apt-get "$@" source bochs >/dev/null) || {
		say "apt-get source bochs failed: this archive does not have it; set BOCHS_SOURCE=FOLDER"
		exit 1
	}
	source=$(echo "$work"/bochs-*/)
}

for tool in g++ make; do
	command -v $tool >/dev/null 2>&1 || { say "$tool is not installed: apt-get install g++ make"; exit 1; }
done
if [ -x "$prefix/bochs" ] && [ -z "${BOCHS_SOURCE:-}" ]; then
	say "$prefix/bochs is there; remove it to build it again"
	exit 0
fi
mkdir -p "$prefix" 2>/dev/null || true
if [ ! -w "$prefix" ]; then
	say "$prefix cannot be written: run as root, or set BOCHS_PREFIX=FOLDER and then CLOBBER_BOCHS=FOLDER/bochs"
	exit 1
fi
if [ -n "${BOCHS_SOURCE:-}" ]; then
	source=$(cd "$BOCHS_SOURCE" && pwd)
	[ -x "$source/configure" ] || { say "BOCHS_SOURCE: $source has no configure"; exit 1; }
else
	download
fi

say "building, some minutes: $source"
mkdir "$work/build"
cd "$work/build"
# shellcheck disable=SC2086
if ! { nice -n 10 "$source/configure" --quiet $configuration CFLAGS="$flags" CXXFLAGS="$flags" &&
	nice -n 10 make -j"$(nproc)"; } > log 2>&1; then
	tail -n 20 log >&2
	say "the build failed"
	exit 1
fi
strip bochs
cp bochs "$prefix/bochs.new"
cp "$source/COPYING" "$prefix/"
echo "Bochs, built by clobber's make deps-bochs: $configuration $flags" > "$prefix/README"
mv "$prefix/bochs.new" "$prefix/bochs"
say "$prefix/bochs"
