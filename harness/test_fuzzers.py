# SPDX-License-Identifier: MIT
"""The fuzz targets build, start from their seeds, and find nothing for a second each."""
import shutil
import subprocess

import pytest

from program import ROOT

CLANG = next(filter(shutil.which, ["clang-14", "clang"]), None)


@pytest.mark.skipif(not CLANG, reason="no clang, which has libFuzzer")
def test_targets(tmp_path):
    p = subprocess.run(["/usr/bin/python3", ROOT / "harness/fuzzers.py", "--time", "1", "--optimize", "0", "--build", tmp_path / "build",
                        "--corpus", tmp_path / "corpus"], capture_output=True, text=True)
    logs = "".join(f.read_text()[-3000:] for f in (tmp_path / "corpus").glob("*.log")) if p.returncode else ""
    assert p.returncode == 0, p.stdout + p.stderr + logs
    rows = [row.split("|")[1:-1] for row in p.stdout.splitlines() if row.startswith("| ")]
    assert len(rows) == 11
    # Seeds are accepted: a target that rejects all of them would reach almost nothing.
    for name, inputs, edges, faults in rows:
        assert int(edges.replace(",", "")) > 50, (name, edges)
        assert faults.strip() == "0"
