#!/bin/sh
# SPDX-License-Identifier: MIT
# Hold the objects in this folder to contracts.h. CLOBBER names the program. What clobber could not do (its exit
# status 2) is a failure: kselftest would take 2 for an expected one.
cd "$(dirname "$0")" || exit 1
clobber=${CLOBBER:-clobber}
if ! command -v "$clobber" > /dev/null; then
	echo "1..0 # SKIP clobber is not installed"
	exit 4
fi
"$clobber" check ./*.o --contract contracts.h --format ktap "$@" || exit 1
