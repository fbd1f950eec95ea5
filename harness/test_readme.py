# SPDX-License-Identifier: MIT
"""What README and docs/check.md show of `clobber check` is what it prints."""
import re
import shutil
import shlex
import subprocess

import pytest

from program import ROOT, run


@pytest.mark.skipif(not shutil.which("nasm"), reason="not-run: nasm absent")
def test_check_prints_what_readme_shows(tmp_path):
    text = (ROOT / "README.md").read_text()
    block = next(b for b in re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
                 if b.startswith("$ nasm"))
    shown = re.split(r"^\$ (.*)\n", block, flags=re.M)[1:]
    commands = list(zip(shown[::2], shown[1::2]))
    assert [c.split()[0] for c, _ in commands] == ["nasm", "clobber", "clobber"]
    nasm = [str(ROOT / a) if a.endswith(".asm") else a for a in shlex.split(commands[0][0])]
    subprocess.run(nasm, cwd=tmp_path, check=True)
    for (command, output), status in zip(commands[1:], (0, 1)):
        r = run(shlex.split(command)[1:], cwd=tmp_path)
        assert (r.status, r.stderr) == (status, "")
        # Addresses of the object's own are those of the linker.
        hide = lambda s: re.sub(r"0x[0-9a-f]{6} ", "ADDRESS ", s)
        assert hide(r.stdout) == hide(output)
    found = re.search(r"^violation  \S.*?(?=\n\n)", output, re.M | re.S)[0]
    assert found in (ROOT / "docs/check.md").read_text()
