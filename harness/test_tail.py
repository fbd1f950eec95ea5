# SPDX-License-Identifier: MIT
"""Targets that end with the call of another function (`//! tail`), of which a compiler may make a jump."""
import json
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
