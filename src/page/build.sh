#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: build.sh FOLDER CLANG VERSION OUTPUT DEPFILE SOURCE...: one HTML file with the sources of the project
# in FOLDER as WebAssembly in it. Nothing in it depends on the time or on where it was built.
set -eu
root=$1 cc=$2 version=$3 output=$4 depfile=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$root/src/page
objects= n=0
for source; do
	n=$((n + 1))
	"$cc" --target=wasm32 -mmutable-globals -std=gnu11 -Oz -ffreestanding -Wall -Wextra -Wshadow \
		-Wstrict-prototypes -isystem "$here/libc" -I"$root/src" -MD -MF "$work/$n.d" -MT "$output" \
		-c -o "$work/$n.o" "$source"
	objects="$objects $work/$n.o"
done
cat "$work"/*.d > "$depfile"
# shellcheck disable=SC2086
wasm-ld --no-entry --export-table --export=__stack_pointer --export=page_start --export=page_room \
	--export=page_choices --export=page_ask --gc-sections --strip-all -z stack-size=262144 \
	-o "$work/wasm" $objects
base64 "$work/wasm" > "$work/base64"
sed -e "s/@VERSION@/$version/" \
	-e "/^@STYLE@\$/{r $here/page.css" -e 'd}' \
	-e "/^@SCRIPT@\$/{r $here/page.js" -e 'd}' \
	-e "/^@WASM@\$/{r $work/base64" -e 'd}' "$here/page.html" > "$output.part"
mv "$output.part" "$output"
