# SPDX-License-Identifier: MIT
"""make deps-bochs (harness/bochs.sh) with stand-ins for what it downloads: a source that builds in no time, and an apt
that has it or does not. Whether the real one builds is for who runs the recipe."""
import os
import subprocess

import pytest

import program

RECIPE = program.ROOT / "harness/bochs.sh"
POLICY = """bochs:
  Installed: (none)
  Version table:
     2.7 500
        500 http://archive.invalid/debian stable/main amd64 Packages
        100 /var/lib/dpkg/status
"""


def source(folder, configure: str = ""):
    """What it builds prints how it was configured."""
    folder.mkdir(parents=True)
    program.write(folder / "COPYING", "a licence\n")
    program.script(folder / "configure", configure + """
cp /bin/true bochs
printf '%s\\n' "$@" > asked
echo 'all: ; cp asked bochs.asked' > Makefile
""")
    return folder


def recipe(tmp_path, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(["sh", RECIPE], cwd=tmp_path, capture_output=True, text=True, timeout=program.SECONDS,
                          env=program.environment(BOCHS_PREFIX=str(tmp_path / "here"), TMPDIR=str(tmp_path), **env),
                          check=False)


def test_source_that_is_there(tmp_path):
    r = recipe(tmp_path, BOCHS_SOURCE=str(source(tmp_path / "source")))
    assert (r.returncode, r.stdout) == (0, "") and f"{tmp_path}/here/bochs" in r.stderr
    assert os.access(tmp_path / "here/bochs", os.X_OK)
    assert sorted(p.name for p in (tmp_path / "here").iterdir()) == ["COPYING", "README", "bochs"]
    words = (tmp_path / "here/README").read_text().split()
    assert "--enable-vmx=2" in words and "--enable-all-optimizations" in words
    assert not [w for w in words if "debugger" in w and w != "--enable-x86-debugger"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here", "source"]  # nothing is left over


@pytest.mark.parametrize("configure, message", (
    ("echo no compiler at all; exit 1\n", "no compiler at all"),
    ("echo 'all: ; false' > Makefile; exit 0\n", "Error 1"),
))
def test_what_does_not_build(tmp_path, configure, message):
    r = recipe(tmp_path, BOCHS_SOURCE=str(source(tmp_path / "source", configure)))
    assert r.returncode == 1 and message in r.stderr and "bochs.sh: the build failed" in r.stderr
    assert not (tmp_path / "here/bochs").exists()


def test_no_source(tmp_path):
    r = recipe(tmp_path, BOCHS_SOURCE=str(tmp_path))
    assert (r.returncode, r.stderr) == (1, f"bochs.sh: BOCHS_SOURCE: {tmp_path} has no configure\n")


def apt(tmp_path, policy: str, get: str) -> str:
    """PATH with an apt that knows this."""
    (tmp_path / "bin").mkdir()
    program.script(tmp_path / "bin/apt-cache", f"cat <<'EOF'\n{policy}EOF\n")
    program.script(tmp_path / "bin/apt-get", get)
    program.script(tmp_path / "bin/dpkg-source", "exit 0\n")
    return f"{tmp_path / 'bin'}:{os.environ['PATH']}"


def test_package_of_the_configured_archive(tmp_path):
    source(tmp_path / "package")
    path = apt(tmp_path, POLICY, f"""
for o; do case $o in Dir::Etc::SourceList=*) cat "${{o#*=}}" > {tmp_path}/sources;; esac; done
case "$*" in *" source bochs") cp -r {tmp_path}/package bochs-2.7 ;; esac
""")
    r = recipe(tmp_path, PATH=path)
    assert r.returncode == 0, r.stderr
    assert os.access(tmp_path / "here/bochs", os.X_OK)
    words = (tmp_path / "sources").read_text().split()
    assert words[0] == "deb-src" and words[-3:] == ["http://archive.invalid/debian", "stable", "main"]
    again = recipe(tmp_path, PATH=path)
    assert again.returncode == 0 and "is there; remove it to build it again" in again.stderr


@pytest.mark.parametrize("policy, message", (
    ("bochs:\n", "no archive that apt knows offers bochs"),
    (POLICY, "apt-get source bochs failed: this archive does not have it; set BOCHS_SOURCE=FOLDER"),
))
def test_package_that_is_not_to_be_had(tmp_path, policy, message):
    r = recipe(tmp_path, PATH=apt(tmp_path, policy, 'case "$*" in *" source bochs") exit 100;; esac\n'))
    assert r.returncode == 1 and message in r.stderr
    assert not (tmp_path / "here/bochs").exists()
