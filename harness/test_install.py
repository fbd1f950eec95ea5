# SPDX-License-Identifier: MIT
"""What comes with the program: the installed tree works without the sources and wherever it is moved,
the manual and the completions know every verb and option."""
import os
import re
import shutil
import subprocess

import pytest

import program
from program import PLAIN, ROOT, environment, run, write

MANUAL = ROOT / "docs/clobber.1"


def needs(tool: str) -> str:
    path = shutil.which(tool)
    if not path:
        pytest.skip(f"not-run: {tool} absent")
    return path


def verbs() -> list[str]:
    return re.findall(r"^  ([a-z]+)  ", run(["--help"]).stdout, re.M)


def options(verb: str) -> list[str]:
    text = run([verb, "--help"]).stdout
    return sorted(set(re.findall(r"^  (?:-., )?(--[a-z-]+)", text, re.M)) - {"--help"})


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    meson = needs("meson")
    build = program.PROGRAM.parent
    if not (build / "build.ninja").exists():
        pytest.skip("not-run: the program is not in a build folder")
    tmp = tmp_path_factory.mktemp("install")
    subprocess.run([meson, "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", tmp / "d"],
                   check=True, capture_output=True)
    binary = next((tmp / "d").rglob("bin/clobber"))
    prefix = tmp / "moved"
    binary.parent.parent.rename(prefix)
    return prefix


def too_wide(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line) > 80]


def test_help_fits_a_terminal():
    """80 columns; what is too wide is seen."""
    assert too_wide("x" * 80 + "\n" + "y" * 81) == ["y" * 81]
    assert not too_wide(run(["--help"]).stdout)
    for verb in verbs():
        assert not too_wide(run([verb, "--help"]).stdout), verb


def test_installed_files(installed):
    for path in ("bin/clobber", "share/man/man1/clobber.1",
                 "share/bash-completion/completions/clobber", "share/zsh/site-functions/_clobber",
                 "share/clobber/runtime/rt64.o", "share/clobber/cases/scalar/subint.h",
                 "share/clobber/matrix.schema.json", "share/doc/clobber/LICENSE", "share/doc/clobber/NEWS.md",
                 "share/doc/clobber/README.md", "share/doc/clobber/docs/examples/vmread.h"):
        assert (installed / path).is_file(), path


@pytest.mark.parametrize("name", ("rt32", "rt64", "rc32", "rc64"))
def test_runtime_needs_nothing_of_a_compiler(name):
    """What payloads are linked with defines all but what generated tables and the linker do: no division of libgcc's."""
    object_file = program.PROGRAM.parent / f"data/runtime/{name}.o"
    if not object_file.exists():
        pytest.skip("not-run: the program is not in a build folder")
    undefined = subprocess.run([needs("nm"), "-u", object_file], capture_output=True, text=True, check=True).stdout.split()[1::2]
    assert undefined and [u for u in undefined if not u.startswith("cl_")] == []


def test_installed_documents_are_whole(installed):
    """What the program names is there, and links lead somewhere, but for those to the sources."""
    folder = installed / "share/doc/clobber"
    strings = subprocess.run([needs("strings"), installed / "bin/clobber"], capture_output=True, text=True,
                             check=True).stdout
    named = set(re.findall(r"docs/[a-z-]+\.md", strings))
    assert len(named) >= 3
    for path in named:
        assert (folder / path).is_file(), path
    for page in [folder / "README.md", *(folder / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if "://" in link or link.startswith(("../", "results/", "CONTRIBUTING.md")):
                continue
            assert (page.parent / link).exists(), (page.name, link)


def test_installed_examples_run(installed, tmp_path):
    """README's commands, where its reader has only what is installed."""
    folder = installed / "share/doc/clobber"
    subprocess.run([needs("nasm"), "-f", "elf64", "docs/examples/sum.asm", "-o", tmp_path / "sum.o"], cwd=folder, check=True)
    r = subprocess.run([installed / "bin/clobber", "check", tmp_path / "sum.o", "--proto",
                        "long sum_by_two(const long *v, long n)"], cwd=folder, env=environment(CLOBBER_DATA=None, HOME=str(tmp_path)),
                       capture_output=True, text=True)
    assert r.returncode == 1 and "callee-saved: rbx" in r.stdout


def test_installed_program_needs_no_sources(installed, tmp_path, gcc):
    """As printed in a report, the path of a case works from anywhere."""
    env = environment(CLOBBER_DATA=None, HOME=str(tmp_path))
    r = subprocess.run([installed / "bin/clobber", "run", *PLAIN, "--cc", gcc, "--width", "64", "--abi",
                        "sysv", "--opt", "O2", "--cases", "cases/scalar/subint.h:take_char"],
                       cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (r.returncode, r.stderr) == (0, ""), r
    assert (tmp_path / "results/latest/report.html").exists()
    strings = (installed / "bin/clobber").read_bytes()
    assert f"{ROOT}/cases".encode() not in strings


def test_installed_check(installed, tmp_path):
    (tmp_path / "f.asm").write_text("\tbits 64\n\tglobal f\nf:\tmov rax, rdi\n\tret\n")
    subprocess.run([needs("nasm"), "-f", "elf64", "f.asm"], cwd=tmp_path, check=True)
    env = environment(CLOBBER_DATA=None, HOME=str(tmp_path))
    for more in ([], ["--emit-test"]):
        r = subprocess.run([installed / "bin/clobber", "check", "f.o", "--proto", "long f(long a)", *more],
                           cwd=tmp_path, env=env, capture_output=True, text=True)
        assert (r.returncode, r.stderr) == (0, ""), r


# The manual ---------------------------------------------------------------------------------------

def test_manual_knows_every_verb_and_option():
    text = MANUAL.read_text()
    for verb in verbs():
        assert re.search(rf"^\.Ss {verb}$", text, re.M), verb
        section = text[text.index(f"\n.Ss {verb}\n"):].split("\n.Ss ", 2)[1]
        for option in options(verb):
            name = option[2:]
            assert re.search(rf"Fl (v , |q , )?-{name}\b|, -{name}\b|^\.Fl -{name}\b|-{name} ", section,
                             re.M), (verb, option)


def test_manual_has_no_option_that_the_program_lacks():
    text = MANUAL.read_text()
    for verb in verbs():
        section = text[text.index(f"\n.Ss {verb}\n"):].split("\n.Ss ", 2)[1].split("\n.Sh ")[0]
        for item in re.findall(r"^\.It .*", section, re.M):
            for name in re.findall(r"(?<= -)[a-z][a-z-]+", item):
                assert f"--{name}" in options(verb), (verb, item)


def test_manual_is_well_formed():
    r = subprocess.run([needs("mandoc"), "-T", "lint", "-W", "warning", MANUAL],
                       capture_output=True, text=True)
    assert (r.returncode, r.stdout) == (0, "")


def test_manual_is_read_by_man():
    r = subprocess.run([needs("man"), "--warnings", "-l", MANUAL], capture_output=True, text=True,
                       env=environment(LC_ALL="C.UTF-8", MANPAGER="cat"))
    assert (r.returncode, r.stderr) == (0, "")
    assert "who keeps an x86 calling convention" in r.stdout


# Completion ---------------------------------------------------------------------------------------

def complete(words: list[str], cwd) -> set[str]:
    """What bash offers for the last word."""
    bin_dir = cwd / "bin"
    if not bin_dir.exists():
        bin_dir.mkdir()
        (bin_dir / "clobber").symlink_to(program.PROGRAM)
    quoted = " ".join(f"'{w}'" for w in ["clobber", *words])
    r = subprocess.run([needs("bash"), "-c", f"""
        . {ROOT}/completions/clobber.bash
        COMP_WORDS=({quoted}); COMP_CWORD={len(words)}
        _clobber; printf '%s\\n' "${{COMPREPLY[@]}}" """], cwd=cwd, capture_output=True, text=True,
                       env=environment(PATH=f"{bin_dir}:{os.environ['PATH']}"))
    assert (r.returncode, r.stderr) == (0, "")
    return set(r.stdout.split())


def test_bash_completes_verbs_and_options(tmp_path):
    assert complete([""], tmp_path) == {*verbs(), "--help", "--version"}
    assert complete(["co"], tmp_path) == {"compare", "coverage"}
    for verb in verbs():
        if verb != "list":
            assert complete([verb, "--"], tmp_path) >= set(options(verb)), verb


@pytest.mark.parametrize("words,offered", [
    (["run", "--abi", "sy"], {"sysv"}), (["run", "--profile", "sse"], {"sse2"}),
    (["run", "--profile", "kernel-r"], {"kernel-retpoline", "kernel-rethunk"}),
    (["run", "--vmx-engine", "k"], {"kvm-nested"}), (["run", "--abi", "ms,reg"], {
        "ms,regcall", *(f"ms,regparm{i}" for i in range(4))}),
    (["report", "x", "--format", ""], {"txt", "md", "html", "junit", "ktap", "github", "known", "terminal"}),
    (["compare", "--format", "j"], {"json"}), (["list", "ru"], {"rules"}),
    (["run", "--cases", "some"], {"some.h"}),
], ids=lambda v: " ".join(sorted(v) if isinstance(v, set) else v))
def test_bash_completes_values(tmp_path, words, offered):
    write(tmp_path / "some.h", "")
    assert complete(words, tmp_path) == offered


def test_zsh_reads_its_completion():
    r = subprocess.run([needs("zsh"), "-n", ROOT / "completions/_clobber"], capture_output=True,
                       text=True)
    assert (r.returncode, r.stderr) == (0, "")
