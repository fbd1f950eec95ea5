# SPDX-License-Identifier: MIT
"""Every type of C in at least 6 curated cases of each convention that has it."""
import re
import shutil

import pytest

from program import ROOT, environment, run

ENOUGH = 6
# The least that there must be: a table without rows would satisfy any bar.
TYPES = {"_Bool", "char", "short", "int", "long", "long long", "__int128", "enum", "pointer",
         "float", "double", "long double", "__float128", "_Float16", "_BitInt", "_Complex float",
         "_Complex double", "_Complex long double", "vector of 8", "vector of 16", "struct",
         "union", "struct in a struct", "array in a struct", "bit-field", "unnamed bit-field",
         "zero-width bit-field", "packed", "over-aligned", "under-aligned", "empty struct",
         "flexible or empty array"}
# Conventions of attributes: what `...` holds is open there, or the attribute is ignored with it.
NAMED = {"preserve_most", "preserve_all", "preserve_none", "no_caller_saved", "regcall", "vectorcall"}


def census(**env) -> tuple[dict, str]:
    """(type, convention, width) -> number of cases, arguments, returns, variadic."""
    r = run(["list", "cases"], env=environment(**env))
    assert (r.status, r.stderr) == (0, "")
    counts, names, width = {}, [], None
    for line in r.stdout.splitlines():
        if m := re.match(r"(32|64) bit: cases with the type", line):
            width, names = int(m[1]), None
        elif width and names is None:
            names = line.split()
        elif width and (m := re.match(r"(.{24})\s*((?:-|\d+ \(\S+\)|\s)+)$", line)):
            cells = re.findall(r"-|\d+ \(\d+/\d+/\d+\)", m[2])
            assert len(cells) == len(names), line
            for name, cell in zip(names, cells):
                if cell != "-":
                    counts[m[1].strip(), name, width] = tuple(map(int, re.findall(r"\d+", cell)))
    return counts, r.stdout


def test_every_type_is_in_enough_cases():
    counts, text = census()
    assert {t for t, _, _ in counts} >= TYPES
    conventions = {(c, w) for _, c, w in counts}
    listed = {(f[0], int(f[1])) for f in
              (line.split() for line in run(["list", "abis"]).stdout.splitlines())}
    assert listed - conventions == {("interrupt", 32), ("interrupt", 64)}
    assert conventions <= listed
    few = {k: v for k, v in counts.items() if v[0] < ENOUGH}
    assert not few
    assert "fewer than" not in text
    for key, (cases, arguments, returns, variadic) in counts.items():
        assert max(arguments, returns, variadic) <= cases <= arguments + returns + variadic, key


def test_scalar_types_everywhere():
    """At both widths and in each of the three places."""
    counts, _ = census()
    for (kind, name, width), (_, arguments, returns, variadic) in counts.items():
        assert arguments and returns, (kind, name, width)
        if name in NAMED:
            continue
        if kind in ("int", "long", "double", "pointer", "struct"):
            assert variadic, (kind, name, width)


@pytest.fixture
def data(tmp_path):
    """A copy of the cases to take some away from."""
    shutil.copytree(ROOT / "cases", tmp_path / "cases")
    return tmp_path


def test_too_few_are_told(data):
    shutil.rmtree(data / "cases/exotic")
    path = data / "cases/aggregate/bitfields.h"
    path.unlink()
    counts, text = census(CLOBBER_DATA=str(data))
    assert re.search(r"^fewer than 6 cases: __float128, sysv at 64 bit: \d$", text, re.M)
    assert re.search(r"^fewer than 6 cases: zero-width bit-field, fastcall at 32 bit: \d$", text,
                     re.M)
    assert counts["_BitInt", "ms", 64][0] < ENOUGH
    assert text.splitlines()[-1].startswith("each type in at least 0 cases")
