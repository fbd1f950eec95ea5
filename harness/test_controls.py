# SPDX-License-Identifier: MIT
"""harness/controls.py: nothing is said of code that does nothing wrong; and were it said, it would
be counted."""
import re

import pytest

import controls
import program


@pytest.fixture(autouse=True)
def native():
    program.need("native", 64)


def alarms(text: str) -> int:
    return int(re.search(r"^false alarms: (\d+) of \d+$", text, re.M)[1])


def test_no_alarm():
    text, status = controls.measure("")
    assert (alarms(text), status) == (0, 0), text
    judged = re.findall(r"^\| functions .* \| (\d+) \| 0 \|$", text, re.M)
    assert len(judged) >= 2 and int(judged[0]) == 14 and int(judged[-1]) > 20, text


def test_planted_alarm_is_counted():
    """The figure comes from what clobber says: of a control that is wrong it says so."""
    text, status = controls.measure("", plant=True)
    assert (alarms(text), status) == (1, 1), text
    assert "false alarm: planted: violation: rbx after the call: expected preserved" in text


def test_cells_are_counted(tmp_path, gcc, compilers):
    cases = ("--cases", str(program.write(tmp_path / "c.h", "int f(int a, long b);\nlong g(double d);\n")))
    good = controls.columns(tmp_path, gcc, *cases)
    assert good.controls > 0 and good.alarms == [] and good.not_run == []
    broken = program.script(tmp_path / "cc", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')
    bad = controls.columns(tmp_path, str(broken), *cases)
    assert bad.alarms and all("bx after the call" in a for a in bad.alarms), bad


def test_what_did_not_run_is_no_zero():
    """Silence is no pass."""
    text, status = controls.report([controls.Row("nothing", 0, [], ["exit status 2: no room"])])
    assert status == 2 and "not run: exit status 2: no room" in text and "no control: nothing" in text
