#!/bin/sh
# SPDX-License-Identifier: MIT
# Install what clobber needs (base), more compilers to test (compilers), what its own tests ask
# (tests), a machine with KVM takes (kvm) or building Bochs (bochs) through apt. Quick, silent and without root when everything is there. Elsewhere it says
# what to install.
set -eu

# command, pkg-config module (pc=NAME), C header (h=NAME), Python module (py=NAME) or Bochs display (bochs=NAME), and
# Debian's package for it
base="gcc:gcc clang:clang nasm:nasm ld:binutils meson:meson ninja:ninja-build pkg-config:pkg-config
make:make git:git bochs:bochs bochs=term:bochs-term qemu-i386:qemu-user pc=jansson:libjansson-dev
pc=libxml-2.0:libxml2-dev pc=zlib:zlib1g-dev pc=libelf:libelf-dev pc=libdw:libdw-dev h=Zydis/Zydis.h:libzydis-dev pc=check:check py=pytest:python3-pytest
py=xdist:python3-pytest-xdist"
compilers="gcc-11:gcc-11 gcc-12:gcc-12 clang-13:clang-13 clang-14:clang-14 clang-16:clang-16
clang-19:clang-19 clang-22:clang-22 tcc:tcc chibicc:chibicc pcc:pcc x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 i686-w64-mingw32-gcc:gcc-mingw-w64-i686"
# Judges, browsers and libraries that some tests ask; without them those tests are skipped and say
# so.
tests="xmllint:libxml2-utils prove:perl py=jsonschema:python3-jsonschema py=junitparser:python3-junitparser
py=yaml:python3-yaml py=selenium:python3-selenium chromium:chromium chromedriver:chromium-driver wasm-ld:lld dh:debhelper dpkg-buildpackage:dpkg-dev parallel:parallel
mandoc:mandoc man:man-db zsh:zsh pc=gmp:libgmp-dev pc=libcrypto:libssl-dev
xz:xz-utils"
# For a machine that has KVM on any host: harness/kvm_machine.py. Its kernel is downloaded, not installed.
kvm="qemu-system-x86_64:qemu-system-x86"
# To build Bochs: harness/bochs.sh.
bochs="g++:g++ make:make dpkg-source:dpkg-dev"

present() {
	case $1 in
	pc=*) command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "${1#pc=}" ;;
	h=*) [ -e "/usr/include/${1#h=}" ] || [ -e "/usr/local/include/${1#h=}" ] ;;
	bochs=*) ls /usr/lib*/bochs/plugins/libbx_"${1#bochs=}"_gui.so \
		/usr/lib/*/bochs/plugins/libbx_"${1#bochs=}"_gui.so 2>/dev/null | grep -q . ;;
	py=*) /usr/bin/python3 -c "import ${1#py=}" >/dev/null 2>&1 ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}

missing() {
	for entry in $1; do
		present "${entry%%:*}" || printf '%s ' "${entry#*:}"
	done
}

case ${1:-base} in
base) wanted=$base ;;
compilers) wanted=$compilers ;;
tests) wanted=$tests ;;
kvm) wanted=$kvm ;;
bochs) wanted=$bochs ;;
*) echo "usage: deps.sh base|compilers|tests|kvm|bochs" >&2; exit 2 ;;
esac

packages=$(missing "$wanted")
[ -n "$packages" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "Please install (Debian's names): $packages" >&2
	exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "Please run as root: apt-get install --no-install-recommends $packages" >&2
		exit 1
	fi
	sudo=sudo
fi
echo "installing: $packages"
$sudo apt-get update -qq
export DEBIAN_FRONTEND=noninteractive
if [ "${1:-base}" = compilers ]; then
	# Not every release has every compiler: take what there is, and say what there is not.
	for p in $packages; do
		$sudo apt-get install -qq -y --no-install-recommends "$p" >/dev/null ||
			echo "not available here: $p" >&2
	done
	exit 0
fi
# shellcheck disable=SC2086
$sudo apt-get install -qq -y --no-install-recommends $packages >/dev/null
left=$(missing "$wanted")
[ -z "$left" ] || { echo "still missing after installation: $left" >&2; exit 1; }
