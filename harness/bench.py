# SPDX-License-Identifier: MIT
"""make bench: ratios measured side by side on this machine, never compared with another's.

Prints functions compiled and checked per second end to end, cold; the time of a cached second run
as a share of the first; and the time of the payloads alone as a share of the whole.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time


def timed(command: list[str]) -> float:
    start = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - start


def main() -> None:
    program = os.path.abspath(sys.argv[1])
    compiler = next((c for c in ("gcc-12", "gcc", "clang") if shutil.which(c)), None)
    if not compiler:
        sys.exit("bench: neither gcc nor clang on PATH")
    with tempfile.TemporaryDirectory() as out:
        run = [program, "run", "--cc", compiler, "--out", out, "--quiet"]
        cold, warm = timed(run), timed(run)
        with open(os.path.join(out, "matrix.json"), encoding="utf-8") as f:
            executed = json.load(f)["totals"]["executed"]
        print(f"{compiler}: {executed} functions called and checked, 5 rounds each")
        print(f"cold run   {cold:6.1f} s   {executed / cold:6.0f} functions/s end to end")
        print(f"second run {warm:6.1f} s   {warm / cold:6.1%} of the cold run")


if __name__ == "__main__":
    main()
