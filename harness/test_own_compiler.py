# SPDX-License-Identifier: MIT
"""docs/compilers.md: its adapters, as they are written there, make compilers of what takes only -S or only -c."""
import os
import re
import shutil

import pytest

from program import ROOT, Matrix, environment, run, script, write

ADAPTERS = re.findall(r"^```bash\n(.*?)^```", (ROOT / "docs/compilers.md").read_text(), re.M | re.S)
# What they are for: everything else is refused.
ONLY = {
    "-S": '[ "$#" = 2 ] && [ "$1" = -S ] || { echo "usage: my-cc -S FILE.c" >&2; exit 1; }\nexec CC -O1 -S -o - "$2"\n',
    "-c": '[ "$#" = 4 ] && [ "$1" = -c ] && [ "$2" = -o ] || { echo "usage: my-cc -c -o FILE.o FILE.c" >&2; exit 1; }\n'
          'exec CC -O1 "$@"\n',
}
CASES = "int few(int a, long b);\nstruct s { long a, b; };\nstruct s two(struct s a, char b);\n"


def adapted(tmp_path, only: str, cc: str, more: str = ""):
    """The adapter of the compiler that takes `only`, whose output `more` changes."""
    text = ADAPTERS[list(ONLY).index(only)]
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin/my-cc", ONLY[only].replace("CC", cc + more))
    write(tmp_path / "adapter", text).chmod(0o755)
    return environment(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")


def judge(tmp_path, env):
    return run(["run", "--cc", "./adapter", "--width", "64", "--abi", "sysv", "--place", "native", "--opt", "O0", "--cases",
                write(tmp_path / "few.h", CASES), "--out", tmp_path / "out"], cwd=tmp_path, env=env)


@pytest.mark.parametrize("only", ONLY)
def test_adapter(tmp_path, only, gcc, compilers):
    if not shutil.which("bash"):
        pytest.skip("not-run: bash absent")
    r = judge(tmp_path, adapted(tmp_path, only, compilers[gcc]["path"]))
    assert (r.status, r.stderr) == (0, ""), r
    m = Matrix(tmp_path / "out/matrix.json")
    assert m.totals["pass"] == m.totals["executed"] == 4, m.totals
    assert "adapter 1.0" in r.stdout


@pytest.mark.parametrize("only", ONLY)
def test_adapted_compilers_are_judged(tmp_path, only, gcc, compilers):
    r = judge(tmp_path, adapted(tmp_path, only, compilers[gcc]["path"], " -fcall-used-rbx"))
    assert r.status == 1 and "FAIL  adapter: rbx is not preserved" in r.stdout


def test_there_are_two():
    assert len(ADAPTERS) == 2 and all(len(a.splitlines()) == 3 for a in ADAPTERS)
