# SPDX-License-Identifier: MIT
"""Targets that end with the call of another function (`//! tail`), of which a compiler may make a jump."""
import json
import subprocess
import sys

import pytest

import program


def asm(*lines: str) -> str:
    return "\n".join("\t" + line for line in lines)


# What is done wrong at the jump, and what has to be said of it: (check, rule, what is found).
BROKEN = {
    64: {
        "loses": ({"before_jump": asm("movl $1, %ebx")}, ("callee-saved", "sysv.registers.saved", "rbx after the call")),
        "stack": ({"before_jump": asm("lea 8(%rsp), %rsp")}, ("fault", "sysv.call", "the call")),
        "alignment": ({"jump_is": asm("call cl_nested_sysv", "ret")},
                      ("alignment", "sysv.stack.align", "stack pointer at the function's own call")),
        "never": ({"jump_is": asm("ret")}, ("entered", "sysv.call", "the target's own call")),
        "twice": ({"before_jump": asm("sub $8, %rsp", "call cl_nested_sysv", "add $8, %rsp")},
                  ("entered", "sysv.call", "the target's own call")),
        "direction": ({"before_jump": asm("std")}, ("direction-flag", "sysv.flags.df", "direction flag at the function's own call")),
    },
    32: {
        "loses": ({"before_jump": asm("movl $1, %esi")}, ("callee-saved", "i386.registers.saved", "esi after the call")),
        "never": ({"jump_is": asm("ret")}, ("entered", "i386.call", "the target's own call")),
    },
}


@pytest.mark.parametrize("width", (64, pytest.param(32, marks=pytest.mark.ia32)))
def test_what_is_wrong_at_the_jump(tmp_path, gcc, compilers, width):
    """One broken target for each; the same beside them as the compiler made it."""
    cc = compilers[gcc]["path"]
    lines = [f"//! tail\nvoid {name}(int a, int b);\n//! tail\nvoid {name}_ok(int a, int b);" for name in BROKEN[width]]
    cases = program.write(tmp_path / f"m{width}.h", "\n".join(lines) + "\n")
    patches = program.write(tmp_path / "patches.json", json.dumps(
        {f"target/{name}": patch for name, (patch, _) in BROKEN[width].items()}))
    # At -O2 alone: below it nothing becomes a jump.
    wrapper = program.script(tmp_path / "patched",
                             f'case "$*" in *gen{width}[-/]*) exec {sys.executable} {program.PATCHCC} '
                             f'{patches} {cc} "$@" ;;\n*) exec {cc} "$@" ;;\nesac\n')
    m = program.run_matrix(tmp_path / "out", "--cc", str(wrapper), "--width", str(width), "--abi",
                           "sysv" if width == 64 else "cdecl", "--opt", "O2", "--cases", cases, status=1)
    found = {}
    for f in m.findings:
        if f["verdict"] in ("violation", "crash", "timeout"):
            found.setdefault(f["case"].rpartition("/")[2], []).append((f["check"], f["rule"], f["subject"]))
    for name, (_, want) in BROKEN[width].items():
        assert want in found.get(name, []), (name, found)
    assert not [name for name in found if name.endswith("_ok")], found


def test_registers_that_a_jump_leaves_to_another(tmp_path, compilers):
    """LLVM issue 97758: clang before 20 ends a function that preserves every register with a jump to one that does
    not. Of the newer, and of gcc, nothing is found."""
    clangs = {n: int(c["version"].split(".")[0]) for n, c in compilers.items() if c["family"] == "clang"}
    old = [n for n, v in clangs.items() if v < 20]
    if not old:
        pytest.skip("not-run: no clang before 20")
    cases = program.write(tmp_path / "c.h", "//! tail\n__attribute__((no_caller_saved_registers)) void f(int a);\n")
    m = program.run_matrix(tmp_path / "out", "--cc", ",".join(compilers), "--width", "64", "--abi", "no_caller_saved",
                           "--opt", "O2", "--cases", cases, status=1)
    lost = {}
    for f in m.findings:
        assert f["check"] == "callee-saved" and f["rule"] == "gcc.no-caller-saved.saved", f
        lost.setdefault(f["column"].split("/")[0], set()).add(f["subject"])
    assert set(lost) == set(old)
    # not those that may hold the argument
    assert all({f"{r} after the call" for r in ("rcx", "r8", "r9", "r10", "r11")} <= v for v in lost.values()), lost


def test_bundle(tmp_path, compilers):
    """The function that is called last comes with it, of a convention that is not the target's."""
    clangs = [c["path"] for c in compilers.values() if c["family"] == "clang"]
    if not clangs:
        pytest.skip("not-run: no clang")
    cc = clangs[0]
    cases = program.write(tmp_path / "m64.h", "//! tail\n__attribute__((preserve_most)) void f(int a);\n")
    patches = program.write(tmp_path / "patches.json", json.dumps({"target/f": {"ret": asm("movl $1, %ebx")}}))
    wrapper = program.script(tmp_path / "patched",
                             f'case "$*" in *gen64[-/]*|*test.c*) exec {sys.executable} {program.PATCHCC} '
                             f'{patches} {cc} "$@" ;;\n*) exec {cc} "$@" ;;\nesac\n')
    program.run_matrix(tmp_path / "out", "--cc", str(wrapper), "--width", "64", "--abi", "preserve_most", "--profile", "user",
                       "--opt", "O2", "--cases", cases, status=1)
    r = program.run(["show", "1", tmp_path / "out", "--bundle", tmp_path / "b"])
    assert (r.status, r.stderr) == (0, "")
    for compiler, want in ((wrapper, (1, "violates: rbx after the call")), (cc, (0, "conforms"))):
        r = subprocess.run(["sh", "b/run.sh"], cwd=tmp_path, env={**program.environment(), "CC": str(compiler)},
                           capture_output=True, text=True)
        assert r.returncode == want[0] and r.stdout.startswith(want[1]), r.stdout + r.stderr
