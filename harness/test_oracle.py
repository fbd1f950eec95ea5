# SPDX-License-Identifier: MIT
"""The oracle: inputs that it once judged wrongly (harness/inputs/oracle), editions, `explain --json`,
and a short form of oracle_diff.py, the second judge."""
import json
import random
import subprocess
from pathlib import Path

import pytest

import oracle_diff
import program

INPUTS = Path(__file__).parent / "inputs/oracle"


@pytest.fixture(scope="module")
def newest_clang(compilers) -> str:
    names = [n for n, c in compilers.items() if c["family"] == "clang"]
    if not names:
        pytest.skip("not-run: clang absent")
    return max(names, key=lambda n: int(compilers[n]["version"].split(".")[0]))


def explain(text: str, *options: str) -> dict:
    r = program.run(["explain", "--json", *options, text])
    assert r.status == 0, r.stderr
    return json.loads(r.stdout)


def places(text: str, abi: str = "sysv", width: int = 64, *options: str) -> list[str]:
    p = explain(text, "--abi", abi, "--width", str(width), *options)["placements"][0]
    sp = "rsp" if width == 64 else "esp"
    return ["unspecified" if v["unspecified"] else ":".join(
        x.get("register", f"{sp}+{x.get('stack')}") for x in v["pieces"]) for v in p["arguments"]]


@pytest.mark.parametrize("name, abi, width, want", [
    ("enum", "sysv", 64, ["rdi"]),
    ("under", "sysv", 64, "rdi rsi rdx rcx r8 r9 rsp+0 rsp+16 rsp+32".split()),
    ("member", "sysv", 64, ["rdi"]),
    ("bitfield", "sysv", 64, ["rsp+0", "rdi"]),
    ("anonymous", "sysv", 64, ["rdi"]),
    ("small", "cdecl", 32, ["esp+0", "unspecified", "unspecified"]),
])
def test_inputs_are_placed(name, abi, width, want):
    assert places((INPUTS / f"{name}.h").read_text(), abi, width) == want


@pytest.mark.parametrize("name", ("enum", "under", "member", "anonymous"))
def test_conforming_compilers_are_not_charged(name, gcc, newest_clang, tmp_path):
    major = int(program.compilers()[newest_clang]["version"].split(".")[0])
    if name == "under" and major < 18:
        pytest.skip("not-run: LLVM 41784: this clang does not align __int128")
    r = program.run(["run", "--cc", f"{gcc},{newest_clang}", "--opt", "O2", "--abi", "sysv", "--cases",
                     str(INPUTS / f"{name}.h"), "--out", str(tmp_path)])
    assert r.status == 0, r.stdout
    m = program.Matrix(tmp_path / "matrix.json")
    assert m.totals["pass"] == m.totals["planned"] == m.totals["executed"] > 0
    assert not m.findings


CONFORMING = {
    "packed-enums": """
enum small { S0 = -3, S1 } __attribute__((__packed__));
enum two { T0 = 1000 } __attribute__((packed));
struct a { short s; enum small m[3]; };
struct b { char c; enum two t; char d; };
struct c { char a; struct { enum small b; }; char c; };
int pe_array(struct a x, int y);
struct a pe_ret(struct b x);
int pe_inside(struct c x, int y);
""",
    "typedefs": """
typedef unsigned __int128 wide __attribute__((aligned(8)));
typedef long double ld1 __attribute__((aligned(1)));
typedef float v4 __attribute__((vector_size(16), aligned(1)));
int td_ldouble(int g, ld1 x, int h, ld1 z);
int td_vector(v4 a, v4 b, v4 c, v4 d, v4 e, v4 f, v4 g, v4 h, int i, int j, int k, int l, int m, int n,
	      int o, v4 p, int q);
""",
    "packed-members": """
struct in { char a; long b __attribute__((packed)); };
struct out { int x; struct in i; };
union un { char c; int i __attribute__((packed)); };
struct mixed { char a; union un u; char b; };
int pm_inner(struct out x, int y);
struct mixed pm_union(struct mixed x, int y);
""",
}


@pytest.mark.parametrize("name", CONFORMING)
def test_types_of_these_kinds_are_right(name, gcc, newest_clang, tmp_path):
    case = program.write(tmp_path / "kinds.h", CONFORMING[name])
    r = program.run(["run", "--cc", f"{gcc},{newest_clang}", "--opt", "O2", "--abi", "sysv", "--profile",
                     "user", "--cases", str(case), "--out", str(tmp_path / "out")])
    assert r.status == 0, r.stdout
    m = program.Matrix(tmp_path / "out/matrix.json")
    assert m.totals["pass"] == m.totals["planned"] > 0
    assert not m.findings


def test_an_enum_of_a_named_type_is_compiled_as_that(gcc, newest_clang, tmp_path):
    """C23: who does not know it yet is told to be so, and compiles no other enum in its place."""
    case = program.write(tmp_path / "named.h", """
enum tiny : unsigned char { U };
enum wide : long long { L };
struct t { enum tiny x; enum tiny y; short z; double d; };
struct w { int i; enum wide l; };
//! abi sysv
int tiny_inside(struct t x, int y, enum tiny *p);
//! abi sysv
struct w wide_inside(struct w x);
""")
    r = program.run(["run", "--cc", f"{gcc},{newest_clang}", "--opt", "O2", "--width", "64", "--profile",
                     "user", "--cases", str(case), "--out", str(tmp_path / "out")])
    assert r.status == 0, r.stdout
    m = program.Matrix(tmp_path / "out/matrix.json")
    assert not m.findings
    knows = subprocess.run([program.compilers()[gcc]["path"], "-x", "c", "-fsyntax-only", "-"],
                           input="enum e : short { A };", text=True, capture_output=True).returncode == 0
    assert m.totals["pass"] == (8 if knows else 4)
    assert m.totals["unsupported"] == (0 if knows else 4)


def test_what_follows_from_an_open_layout_is_no_violation(gcc, tmp_path):
    """gcc gives a bit-field the alignment that a typedef asks for. The document does not say, so
    neither is the second register against it that the structure then takes, nor a reference."""
    case = program.write(tmp_path / "open.h", """
typedef int ai __attribute__((aligned(8)));
struct a { char c; ai x : 5; char d; };
//! abi sysv ms
int behind(struct a x, int y);
//! abi sysv ms
struct a returned(int n);
""")
    r = program.run(["run", "--cc", gcc, "--opt", "O2", "--width", "64", "--profile", "user", "--cases",
                     str(case), "--out", str(tmp_path / "out")])
    assert r.status == 0, r.stdout
    found = program.Matrix(tmp_path / "out/matrix.json").findings
    assert {f["verdict"] for f in found} == {"divergence"}
    assert {f["rule"] for f in found} == {"sysv.layout.typedef"}
    assert {"layout", "argument"} <= {f["check"] for f in found}


def test_unaligned_bitfield_is_charged_to_who_keeps_it_in_a_register(gcc, tmp_path):
    r = program.run(["run", "--cc", gcc, "--opt", "O2", "--abi", "sysv", "--width", "64", "--cases",
                     str(INPUTS / "bitfield.h"), "--profile", "user", "--out", str(tmp_path)])
    assert r.status == 0, r.stdout  # known, by its cause
    found = program.Matrix(tmp_path / "matrix.json").findings
    assert "sysv.args.aggregate.memory" in {f["rule"] for f in found}
    assert {(f["verdict"], f["known"]) for f in found} == {("violation", True)}


def test_vectors_without_sse_do_not_vanish(gcc, tmp_path):
    r = program.run(["run", "--cc", gcc, "--opt", "O2", "--abi", "cdecl", "--profile", "user",
                     "--build-only", "--cases", str(INPUTS / "small.h"), "--out", str(tmp_path)])
    assert r.status == 0, r.stderr
    shard = json.loads((tmp_path / "shard.json").read_text())
    assert shard["columns"]


def test_what_no_selected_profile_has_is_named(gcc, tmp_path):
    case = program.write(tmp_path / "some.h", "int whole(int a);\nint half(float a);\n")
    args = ["run", "--cc", gcc, "--opt", "O2", "--width", "64", "--abi", "kernel,sysv", "--build-only", "-q", "--cases",
            str(case), "--out", str(tmp_path / "out")]
    r = program.run([*args, "--profile", "kernel"])
    assert (r.status, r.stderr.count("is not run")) == (0, 1)
    assert f"{case}:2: half is not run: it has a floating-point type" in r.stderr
    r = program.run([*args, "--profile", "kernel,user"])
    assert (r.status, r.stderr) == (0, "")


def test_vectors_wider_than_registers_do_not_vanish(gcc, newest_clang, tmp_path):
    """At 32 bit, where nothing says how they travel: in themselves, in structures, as results, behind
    dots, and nothing that follows from a place that is not theirs is charged to anybody."""
    case = program.write(tmp_path / "wide.h", """
typedef double v4d __attribute__((vector_size(32)));
typedef char v64 __attribute__((vector_size(64)));
struct s { int n; v4d v; };
int argument(v4d a, int b, v64 c);
v4d result(int b);
v64 both(v64 a);
struct s inside(struct s x, int y);
//! varargs v4d, v64, int
int behind(int a, ...);
""")
    r = program.run(["run", "--cc", f"{gcc},{newest_clang}", "--opt", "O2", "--abi", "cdecl", "--profile",
                     "user,sse2", "--width", "32", "--place", program.where(32), "--cases", str(case), "--out",
                     str(tmp_path / "out")])
    assert r.status == 0, r.stdout
    m = program.Matrix(tmp_path / "out/matrix.json")
    assert m.totals["planned"] == 5 * 2 * 2 * 2
    assert m.totals["executed"] == m.totals["planned"] - m.totals["unsupported"]
    assert {f["rule"] for f in m.findings if f["check"] == "argument"} == {"i386.args.vector.unavailable"}


# Editions -----------------------------------------------------------------------------------------

def test_rules_say_which_edition_decides():
    text = program.run(["list", "rules"]).stdout
    upper = text[text.index("\nsysv.upper\n"):].split("\nsysv.return", 1)[0]
    assert "April 2025" in upper and "Quoted, not read" in upper and ": stated" in upper
    assert "before that, by edition 2024:" in upper and ": silent" in upper
    assert text.startswith("edition 2025 (default): ")


@pytest.mark.parametrize("edition, verdict, known", [("2025", "violation", True),
                                                     ("2024", "divergence", False)])
def test_editions_decide_about_narrow_arguments(edition, verdict, known, newest_clang, tmp_path):
    case = tmp_path / "narrow.h"
    case.write_text("long narrow(signed char a, unsigned short b);\n")
    r = program.run(["run", "--cc", newest_clang, "--opt", "O2", "--abi", "sysv", "--width", "64",
                     "--profile", "user", "--edition", edition, "--cases", str(case), "--out",
                     str(tmp_path / "out")])
    assert r.status == 0, r.stdout
    m = program.Matrix(tmp_path / "out/matrix.json")
    assert json.loads(m.path.read_text())["tool"]["edition"] == edition
    found = [f for f in m.findings if f["check"] == "upper-bits"]
    assert found
    assert {(f["verdict"], f["known"]) for f in found} == {(verdict, known)}
    assert all((" --edition 2024 " in f["repro"]) == (edition == "2024") for f in found)
    rule = next(r for r in json.loads(m.path.read_text())["rules"] if r["name"] == "sysv.upper")
    assert rule["status"] == ("stated" if edition == "2025" else "silent")


def test_a_type_is_open_by_an_edition_that_does_not_know_it():
    text = "void f(_Float16 a)"
    assert places(text, "sysv", 64) == ["xmm0"]
    assert places(text, "sysv", 64, "--edition", "2019") == ["unspecified"]


@pytest.mark.parametrize("edition, verdict, status", [("2025", "violation", 1), ("2024", "divergence", 0)])
def test_check_by_edition(edition, verdict, status, tmp_path):
    """A function that relies on who calls it to extend a narrow argument."""
    program.need("native", 64)
    source = program.write(tmp_path / "w.asm", "\tglobal\tf\nf:\tmov\trax, rdi\n\tret\n")
    subprocess.run(["nasm", "-f", "elf64", "-o", tmp_path / "w.o", source], check=True)
    r = program.run(["check", str(tmp_path / "w.o"), "--proto", "long f(unsigned short a)", "--note",
                     "returns a", "--edition", edition])
    assert r.status == status, r.stdout + r.stderr
    assert verdict in r.stdout and "sysv.upper" in r.stdout


def test_bf16_by_edition():
    text = "__bf16 f(__bf16 a)"
    assert places(text, "sysv", 64) == ["xmm0"]
    assert places(text, "sysv", 64, "--edition", "2019") == ["unspecified"]
    assert "why_not" in explain(text, "--abi", "cdecl", "--width", "32")["placements"][0]


def test_pointers_to_open_arguments_are_observed(newest_clang, tmp_path):
    """clang passes a _BitInt of more than 64 bits by reference at 32 bit, in both directions: one
    behaviour, no crash."""
    if int(program.compilers()[newest_clang]["version"].split(".")[0]) < 16:
        pytest.skip("not-run: this clang has no _BitInt wider than 128")
    case = program.write(tmp_path / "b.h", "void f(_BitInt(200) a, int b);\nint g(int a, _BitInt(129) b);\n")
    r = program.run(["run", "--cc", newest_clang, "--opt", "O2", "--abi", "cdecl", "--width", "32",
                     "--profile", "user", "--cases", str(case), "--out", str(tmp_path / "out")])
    assert r.status == 0, r.stdout
    m = program.Matrix(tmp_path / "out/matrix.json")
    assert m.totals["pass"] == m.totals["planned"] == m.totals["executed"] > 0


def test_unknown_edition_is_one_clear_error():
    r = program.run(["run", "--edition", "2018"])
    assert r.status == 2 and "use 2025, 2024 or 2019" in r.stderr


# The second judge ---------------------------------------------------------------------------------

def differences(cc: str, width: int, count: int = 60) -> tuple[list, dict]:
    *found, total = oracle_diff.compare([cc], [width], count, 5, "O1")
    return [x for x in found if x[0] == "unbuilt" or not oracle_diff.triage(x[0], x[3])], total


@pytest.mark.parametrize("width", (64, 32))
@pytest.mark.parametrize("family", ("gcc", "clang"))
def test_second_judge_agrees(family, width, gcc, request):
    cc = gcc if family == "gcc" else request.getfixturevalue("newest_clang")
    found, total = differences(cc, width)
    if total[f"no {width}-bit programs"]:
        pytest.skip(f"not-run: nothing runs programs of {width} bits here")
    assert found == []
    assert total["prototypes"] > 10 and total["calls"] >= 3 * total["prototypes"]


def test_second_judge_can_fail(gcc, monkeypatch):
    """An oracle that swaps the first two registers, or forgets the padding of the stack."""
    whole = oracle_diff.explain

    def wrong(p, width):
        place = whole(p, width)
        for v in (place or {}).get("arguments", []):
            for piece in v["pieces"]:
                if piece.get("register") == "rdi":
                    piece["register"] = "rsi"
                elif "stack" in piece:
                    piece["stack"] += 8
        return place

    monkeypatch.setattr(oracle_diff, "explain", wrong)
    found, _ = differences(gcc, 64)
    assert len(found) > 5
    assert all("argument" in what or what == "the call did not return" for x in found for what in x[4])


def test_what_is_drawn_has_what_people_write():
    rng = random.Random(1)
    text = "\n".join(oracle_diff.draw(rng, 64, i, True)["types"] for i in range(300))
    for what in ("enum __attribute__((packed))", "} __attribute__((packed));", " : 0;", "union {",
                 "aligned(1)", "vector_size(16), aligned(1)", ": unsigned char {", "_BitInt(",
                 "struct __attribute__((packed)) {", "packed, aligned(2)"):
        assert what in text, what
