# SPDX-License-Identifier: MIT
"""The hypervisor and the payload's runtime in ring 0 are held to account: one mutant of each group
(vmx_mutants.py runs all), each seen by another report of ring0_self.py's functions."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

import program
import ring0_self
import vmx_mutants

HARNESS = Path(__file__).parent


def test_every_mutant_can_be_applied():
    """Its text is there, once, and changes."""
    for m in vmx_mutants.all_mutants():
        text = (vmx_mutants.ROOT / m.file).read_text()
        assert text.count(m.old) == 1, f"{m.group}: {m.name}: {text.count(m.old)} times"
        assert m.new != m.old
        assert set(m.parts) <= set(ring0_self.PARTS), m.name
    named = {(m.group, m.name) for m in vmx_mutants.all_mutants()}
    assert {(e.group, e.name) for e in vmx_mutants.EXPLAINED} <= named


@pytest.mark.parametrize("width", (64, 32))
def test_registers_come_through(tmp_path, width):
    """Of the program as it is: what holds values holds them."""
    program.need("vmx", width)
    ring0_self.write(width, tmp_path)
    said = ring0_self.report(program.PROGRAM, tmp_path, "vectors")
    said |= ring0_self.report(program.PROGRAM, tmp_path, "self")
    assert said[""] == []
    for name in ("registers_through_steps", "registers_through_ticks", "registers_through_cpuid",
                 "registers_through_xsetbv", "vectors_through_steps", "vectors_through_cpuid",
                 "system_through_exits", "flags_through_steps", "cpuid_answers", "above"):
        assert [line.split()[0] for line in said[name]] == ["pass"], said[name]
    for n in range(3):
        assert "which is 0, got 0x" in " ".join(said[f"window_{n}"])
    assert "which is 0, got 0x00000010" in " ".join(said["below"])


def test_one_mutant_of_each_group():
    program.need("vmx", 64)
    r = subprocess.run([sys.executable, HARNESS / "vmx_mutants.py", "--one-of-each"],
                       env=program.environment(), capture_output=True, text=True, timeout=1800)
    assert r.returncode == 0, r.stdout + r.stderr
    killed = re.findall(r"^killed +(.*)$", r.stdout, re.M)
    assert len(killed) == len({m.group for m in vmx_mutants.all_mutants()})
