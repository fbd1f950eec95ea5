# SPDX-License-Identifier: MIT
"""docs/packages.md: Debian's package builds and works unpacked, the container's steps are the package's, the action's
commands and the kselftest run as they are written."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import program
from program import ROOT, environment, script, write

CI = ROOT / ".ci"
ACTION = ROOT / ".github/actions/clobber/action.yml"
KSELFTEST = ROOT / "docs/examples/kselftest"
GOOD = "\tbits 64\n\tglobal f\nf:\tmov rax, rdi\n\tret\n"
BAD = "\tbits 64\n\tglobal f\nf:\tmov rax, rdi\n\txor ebx, ebx\n\tret\n"


def needs(*tools: str):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"not-run: {tool} absent")


def assemble(folder: Path, text: str) -> Path:
    needs("nasm")
    write(folder / "f.asm", text)
    subprocess.run(["nasm", "-f", "elf64", "f.asm"], cwd=folder, check=True)
    return folder / "f.o"


# Debian's package -----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def package(tmp_path_factory):
    needs("dpkg-buildpackage", "dh", "dpkg-deb", "meson")
    if subprocess.run(["pkg-config", "--exists", "jansson"]).returncode:
        pytest.skip("not-run: libjansson-dev absent")
    out = tmp_path_factory.mktemp("deb")
    env = environment(DEB_BUILD_OPTIONS="nocheck noautodbgsym noopt", DEB_BUILD_PROFILES="nocheck")
    r = subprocess.run(["sh", CI / "deb.sh", out], env=env, capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    return out


def test_package(package, tmp_path):
    version = re.search(r"version: '(.*)'", (ROOT / "meson.build").read_text())[1]
    names = {f.name for f in package.iterdir()}
    assert {f"clobber_{version}.dsc", f"clobber_{version}.tar.xz", f"clobber_{version}_amd64.deb"} <= names
    deb = package / f"clobber_{version}_amd64.deb"
    depends = subprocess.run(["dpkg-deb", "-f", deb, "Depends"], capture_output=True, text=True, check=True).stdout
    for name in ("libjansson4", "libzydis", "libdw1", "binutils", "gcc", "nasm", "ninja-build"):
        assert name in depends
    subprocess.run(["dpkg-deb", "-x", deb, tmp_path / "root"], check=True)
    env = environment(CLOBBER_DATA=None, HOME=str(tmp_path))
    for text, status in ((GOOD, 0), (BAD, 1)):
        r = subprocess.run([tmp_path / "root/usr/bin/clobber", "check", assemble(tmp_path, text), "--proto", "long f(long a)"],
                           cwd=tmp_path, env=env, capture_output=True, text=True)
        assert (r.returncode, r.stderr) == (status, ""), r
    for path in ("man/man1/clobber.1.gz", "doc/clobber/copyright", "doc/clobber/docs/check.md", "clobber/runtime/rt32.o"):
        assert (tmp_path / "root/usr/share" / path).is_file(), path


def test_source_package_is_whole(package, tmp_path):
    """What is in it is what is here, with debian/ where Debian looks for it."""
    needs("git")
    here = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                          capture_output=True, text=True)
    if here.returncode:
        pytest.skip("not-run: not a checkout")
    (tar,) = package.glob("*.tar.xz")
    names = subprocess.run(["tar", "-tf", tar], capture_output=True, text=True, check=True).stdout.splitlines()
    there = {n.split("/", 1)[1] for n in names if not n.endswith("/")}
    # dpkg-source leaves out .gitignore.
    assert {n for n in here.stdout.split("\0") if n and (ROOT / n).is_file()} - there == {".gitignore"}
    assert "debian/control" in there and not any(n.startswith(("build/", ".git/")) for n in there)


def test_package_needs_what_the_build_needs():
    """deps.sh and debian/control name the same libraries."""
    deps = re.search(r'^base="(.*?)"', (ROOT / "deps.sh").read_text(), re.M | re.S)[1]
    libraries = {d.split(":")[1] for d in deps.split() if d.startswith(("pc=", "h="))}
    control = (CI / "debian/control").read_text()
    assert len(libraries) >= 7
    for name in libraries:
        assert re.search(rf"\b{name}\b", control), name


# Container ------------------------------------------------------------------------------------------

def test_container_is_made_of_the_package():
    """Its build is the package's, which the test above builds; what it installs besides exists and is what the
    package recommends."""
    text = (CI / "Containerfile").read_text()
    assert "RUN sh .ci/deb.sh /deb" in text and 'ENTRYPOINT ["clobber"]' in text
    recommended = set(re.search(r"^Recommends: (.*)", (CI / "debian/control").read_text(), re.M)[1].split(", "))
    assert recommended == set(re.search(r"/deb/\*\.deb (.*?) \\", text)[1].split())


# GitHub's action ------------------------------------------------------------------------------------

def act(step: str, folder: Path, **inputs: str):
    """A step of the action, as GitHub runs it: bash -e with its environment."""
    yaml = pytest.importorskip("yaml", reason="not-run: python3-yaml absent")
    needs("bash")
    action = yaml.safe_load(ACTION.read_text())
    (found,) = [s for s in action["runs"]["steps"] if s["name"] == step]
    given = {k: v.get("default", "") for k, v in action["inputs"].items()} | inputs
    env = {k: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda m: given[m[1]], v) for k, v in found.get("env", {}).items()}
    return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]], cwd=folder,
                          env=environment(PATH=f"{program.PROGRAM.parent}:{os.environ['PATH']}", RUNNER_TEMP=str(folder),
                                          GITHUB_STEP_SUMMARY=str(folder / "summary"), GITHUB_PATH=str(folder / "path"),
                                          GITHUB_ACTION_PATH=str(ACTION.parent), **env),
                          capture_output=True, text=True)


def test_action_builds(tmp_path):
    """It calls make where the sources are; here with a make that says what it is asked."""
    script(tmp_path / "make", 'echo "make $*"\n')
    script(tmp_path / "bash-with-it", "")
    old = os.environ["PATH"]
    os.environ["PATH"] = f"{tmp_path}:{old}"
    try:
        r = act("Build clobber", tmp_path)
    finally:
        os.environ["PATH"] = old
    assert (r.returncode, r.stdout) == (0, f"make -C {ROOT} deps all\n"), r
    assert (tmp_path / "path").read_text() == f"{ROOT}/build\n"


@pytest.mark.parametrize("text, status", ((GOOD, 0), (BAD, 1)))
def test_action_checks(tmp_path, text, status):
    assemble(tmp_path, text)
    r = act("clobber check", tmp_path, check="f.o --proto 'long f(long a)'")
    assert r.returncode == status, r
    assert ("::error " in r.stdout) == bool(status)
    summary = (tmp_path / "summary").read_text()
    assert summary.startswith("```\nclobber ") and ("callee-saved: rbx" in summary) == bool(status)


def test_action_reports_misuse(tmp_path):
    r = act("clobber check", tmp_path, check="none.o --proto 'long f(long a)'")
    assert r.returncode == 2 and "none.o" in r.stderr and "::error" not in r.stdout


@pytest.mark.parametrize("flag, status", (("", 0), (" -fcall-used-rbx", 1)))
def test_action_runs(tmp_path, gcc, compilers, flag, status):
    script(tmp_path / "my-cc", f'exec {compilers[gcc]["path"]} "$@"{flag}\n')
    write(tmp_path / "few.h", "int few(int a, long b);\n")
    r = act("clobber run", tmp_path, run="--cc ./my-cc --cases few.h --place native --width 64 --opt O2 --abi sysv")
    assert r.returncode == status, r
    assert ("::error " in r.stdout) == bool(status)
    assert (tmp_path / "summary").read_text() == (tmp_path / "clobber-results/report.md").read_text()


def test_documents_show_the_action():
    yaml = pytest.importorskip("yaml", reason="not-run: python3-yaml absent")
    (block,) = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs/packages.md").read_text(), re.M | re.S)
    used = [s for s in yaml.safe_load(block)["jobs"]["abi"]["steps"] if "/clobber@" in s.get("uses", "")]
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]
    assert used and all(set(s["with"]) <= set(inputs) for s in used)
    assert all(s["uses"].split("@")[0].endswith(str(ACTION.parent.relative_to(ROOT))) for s in used)


# kselftest ------------------------------------------------------------------------------------------

# As much of the kernel's lib.mk as the wrapper meets.
LIB_MK = """OUTPUT ?= $(CURDIR)
all: $(addprefix $(OUTPUT)/,$(TEST_GEN_FILES))
run_tests: all
	@for t in $(TEST_PROGS); do ./$$t; echo "status $$?"; done
$(OUTPUT)/%.o: %.S
	@$(CC) -c -o $@ $<
"""


def kselftest(tmp_path, clobber, change=lambda text: text):
    needs("make", "cc")
    write(tmp_path / "lib.mk", LIB_MK)
    folder = shutil.copytree(KSELFTEST, tmp_path / "clobber")
    source = folder / "sum.S"
    source.write_text(change(source.read_text()))
    return subprocess.run(["make", "--no-print-directory", "run_tests"], cwd=folder,
                          env=environment(CLOBBER=str(clobber), MAKEFLAGS=None, MAKELEVEL=None),
                          capture_output=True, text=True).stdout


def test_kselftest_passes(tmp_path):
    out = kselftest(tmp_path, program.PROGRAM)
    assert out.startswith("KTAP version 1\n1..1\n") and out.endswith("ok 1 sysv/sum\nstatus 0\n"), out


def test_kselftest_fails(tmp_path):
    out = kselftest(tmp_path, program.PROGRAM, lambda text: text.replace("xor\t%eax", "xor\t%ebx, %ebx\n\txor\t%eax"))
    assert "not ok 1 sysv/sum" in out and "callee-saved: rbx" in out and out.endswith("status 1\n"), out


def test_kselftest_skips(tmp_path):
    assert kselftest(tmp_path, tmp_path / "none").endswith("1..0 # SKIP clobber is not installed\nstatus 4\n")


def test_kselftest_takes_no_fault_of_the_environment_for_expected(tmp_path):
    """Exit status 2 would be an expected failure there."""
    out = kselftest(tmp_path, program.PROGRAM, lambda text: text.replace("sum", "other"))
    assert out.endswith("status 1\n"), out
