# SPDX-License-Identifier: MIT
"""clobber fuzz: the same seed gives the same prototypes, broken compilers are found, what they
break is made minimal, and what is written down reproduces."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

import program
from program import run, script

QUICK = ("--types", "int,long,pointer", "--quiet", "--seed", "5")


def fuzz(out, *args, status: int) -> tuple[dict, program.Result]:
    r = run(["fuzz", "--out", out, *args], cwd=out.parent)
    assert r.status == status, f"status {r.status}, want {status}\n{r.stdout}\n{r.stderr}"
    return json.loads((out / "fuzz.json").read_text()), r


def unexpected(data: dict) -> list[dict]:
    return [c for c in data["clusters"]
            if c["known"] is None and c["verdict"] in ("violation", "crash", "timeout")]


def reproduce(out, cluster: dict, *args, **env) -> int:
    r = subprocess.run(["sh", out / cluster["folder"] / "run.sh", *args], cwd="/",
                       env=program.environment(CLOBBER=str(program.PROGRAM), **env),
                       capture_output=True, text=True, timeout=program.SECONDS)
    return r.returncode


@pytest.fixture(scope="module")
def regparm(tmp_path_factory, gcc, compilers):
    """gcc -mregparm=2 under cdecl."""
    tmp = tmp_path_factory.mktemp("regparm")
    cc = script(tmp / "rp2", f'exec {compilers[gcc]["path"]} "$@" -mregparm=2\n')
    data, r = fuzz(tmp / "out", "--cc", cc, "--width", "32", "--abi", "cdecl", "--count", "30",
                   *QUICK, status=1)
    return data, r, tmp / "out", cc


@pytest.fixture(scope="module")
def rbx(tmp_path_factory, gcc, compilers):
    tmp = tmp_path_factory.mktemp("rbx")
    cc = script(tmp / "rbx", f'exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')
    data, r = fuzz(tmp / "out", "--cc", cc, "--width", "64", "--abi", "sysv,regparm0", "--count",
                   "20", *QUICK, status=1)
    return data, r, tmp / "out", cc


def test_help():
    r = run(["fuzz", "--help"])
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout.startswith("usage: clobber fuzz")
    assert max(map(len, r.stdout.splitlines())) <= 80


@pytest.mark.parametrize("args,message", [
    (["--count", "0"], "--count: '0' is not a number from 1 to"),
    (["--count", "-1"], "--count: '-1' is not a number"),
    (["--count", "many"], "--count: 'many' is not a number"),
    (["--time", "0"], "--time: '0' is not a number"),
    (["--minimise", "-1"], "--minimise: '-1' is not a number"),
    (["--seed", "-1"], "--seed: '-1' is not a number"),
    (["--seed", ""], "--seed: '' is not a number"),
    (["--types", ""], "--types: empty list"),
    (["--types", "inf"], "--types: unknown class of types `inf'"),
    (["--types", "int=x"], "--types: `int=x' is not a class with a weight"),
    (["--types", "all=0"], "--types: no class of types is left"),
    (["--types", "int128", "--width", "32"], "--types: none of these can be placed"),
    (["--abi", "sysw"], "did you mean 'sysv'?"),
    (["--abi", "fastcall", "--width", "64"], "--types: none of these can be placed"),
    (["--opt", ""], "--opt: empty list"),
    (["--opt", "fast"], "--opt: unknown optimisation 'fast'"),
    (["--width", "16"], "--width: unknown width '16'"),
    (["--color", "pink"], "--color: unknown value 'pink'"),
    (["--cc", "no-such-cc"], "--cc: "),
    (["--nonsense"], "clobber fuzz --help"),
    (["garbage"], "unexpected argument 'garbage'"),
])
def test_bad_usage(tmp_path, args, message):
    r = run(["fuzz", "--out", tmp_path / "out", *args], cwd=tmp_path)
    assert (r.status, r.stdout) == (2, "")
    assert message in r.stderr
    assert not list(tmp_path.glob("out/*.json"))


def test_same_seed_same_prototypes(tmp_path, gcc, regparm):
    """Whatever the compiler and the size of the rounds."""
    for name, seed, count in (("same", "5", "12"), ("other", "6", "12")):
        data, _ = fuzz(tmp_path / name, "--cc", gcc, "--width", "32", "--abi", "cdecl", "--count",
                       count, *QUICK[:3], "--seed", seed, status=0)
        assert (data["seed"], data["prototypes"]) == (int(seed), 12)
    texts = [(d / "prototypes.h").read_text()
             for d in (tmp_path / "same", tmp_path / "other", regparm[2])]
    assert texts[2].startswith(texts[0])
    assert texts[0] != texts[1]
    assert re.findall(r"\b(fuzz_\d{6})\(", texts[0]) == [f"fuzz_{i:06}" for i in range(12)]


def test_prototypes_are_a_case_file(regparm, tmp_path, gcc):
    program.run_matrix(tmp_path / "out", "--cc", gcc, "--width", "32", "--abi", "cdecl", "--opt",
                       "O2", "--cases", regparm[2] / "prototypes.h", status=0)


def test_regparm_is_found_and_made_trivial(regparm):
    data, _, _, _ = regparm
    found = {(c["check"], c["direction"]): c for c in unexpected(data)}
    for direction in ("callee", "caller"):
        c = found["argument", direction]
        assert (c["rule"], c["convention"], c["shown_again"]) == ("i386.args.stack", "cdecl", True)
        assert re.fullmatch(r"void fuzz_\w+\((int|long|char) a\);\n", c["case"])
        assert c["shown_by"] == [f"rp2/32/O2{program.at(program.where(32))}"]
        assert (c["minimal"], c["not_minimal_because"]) == (True, None)
    assert data["options"]["opt"] == ["O2"]
    assert data["functions"] == 60


def test_used_rbx_is_found_and_made_trivial(rbx):
    data, _, _, _ = rbx
    found = {c["direction"]: c for c in unexpected(data)}
    assert set(found) == {"callee", "caller"}  # a caller is called as well
    for c in found.values():
        assert (c["check"], c["rule"]) == ("callee-saved", "sysv.registers.saved")
        assert c["conventions"] == ["regparm0/64", "sysv/64"]
        assert re.fullmatch(r"(void|int) fuzz_\w+\(void\);\n", c["case"])
    assert found["callee"]["case"].startswith("void")
    # What may be a known finding under one convention and not under the other is a cluster of its own.
    c = found["callee"]
    # All that use it: those that are pressed for registers (one in eight), and most others.
    assert 20 <= c["cases"] + sum(int(re.search(r" in (\d+) cases$", x)[1])
                                  for x in c["also"]) <= 40


@pytest.mark.parametrize("which", ("regparm", "rbx"))
def test_reproducer(which, request, gcc):
    data, _, out, _ = request.getfixturevalue(which)
    for c in unexpected(data):
        files = {p.name for p in (out / c["folder"]).iterdir()}
        assert files == {"case.h", "target.c", "trampoline.asm", "run.sh", "README", "bundle"}
        assert os.access(out / c["folder"] / "run.sh", os.X_OK)
        readme = (out / c["folder"] / "README").read_text()
        assert c["rule"] in readme and c["expected"] in readme
        case = (out / c["folder"] / "case.h").read_text()
        assert re.search(r"^// //! known \w+ [\w,]+ (callee|caller) [\w,-]+: REASON$", case, re.M)
        # With that line the case is expected to fail.
        pasted = out / c["folder"] / "pasted.h"
        pasted.write_text(case.replace("// //! known", "//! known"))
        run(["run", "--profile", "user", "--cc", request.getfixturevalue(which)[3], "--width", c["width"],
             "--opt", "O2", "--abi", c["convention"], "--seed", "5", "--cases", pasted, "--out",
             out.parent / "pasted"], cwd=out.parent)
        shown = [f for f in program.load(out.parent / "pasted").findings
                 if f["direction"] == c["direction"] and f["verdict"] != "divergence"]
        assert shown and all(f["known"] for f in shown)
        pasted.unlink()
    worst = unexpected(data)[0]
    assert reproduce(out, worst) == 0
    assert reproduce(out, worst, "--cc", gcc) == 1  # the compiler without the flag
    assert reproduce(out, worst, "--cc", "no-such-cc") == 2


@pytest.mark.parametrize("which", ("regparm", "rbx"))
def test_summary(which, request):
    data, r, out, _ = request.getfixturevalue(which)
    assert r.stderr == ""
    lines = r.stdout.splitlines()
    assert all(len(line) <= 80 for line in lines if str(out) not in line)
    assert re.fullmatch(r"seed 5: \d+ prototypes, \d+ functions in [\d.]+ s: \d+ functions per "
                        r"second", lines[-1])
    assert "\033" not in r.stdout


def test_folders_of_an_earlier_run_go(rbx, tmp_path, gcc):
    old = tmp_path / "out" / "clusters" / "007-old"
    old.mkdir(parents=True)
    (old / "case.h").write_text("int f(int a);\n")
    mine = tmp_path / "out" / "clusters" / "mine"
    mine.mkdir()
    fuzz(tmp_path / "out", "--cc", gcc, "--width", "64", "--abi", "sysv", "--count", "5", *QUICK,
         status=0)
    assert not old.exists()
    assert mine.exists()


def test_refusals_are_counted(tmp_path, gcc, compilers):
    """A compiler that refuses one type, in a way that no probe foresees."""
    cc = script(tmp_path / "picky",
                'case " $* " in *gen64*) for a; do :; done; grep -q "char [*]" "$a" && '
                '{ echo "x.c:1:1: error: no pointers today"; exit 1; };; esac\n'
                f'exec {compilers[gcc]["path"]} "$@"\n')
    data, _ = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--count", "20",
                   "--types", "int,pointer", "-q", status=0)
    assert [(u["compiler"], u["width"], u["why"]) for u in data["unsupported"]] == [
        ("picky", 64, "no pointers today")]
    assert 0 < data["unsupported"][0]["cases"] < 20


def test_compiler_crash_is_a_cluster(tmp_path, gcc, compilers):
    cc = script(tmp_path / "dying",
                'case " $* " in *gen64*) for a; do :; done; grep -q "double" "$a" && '
                'grep -q "target_.*(.*double" "$a" && { echo "x.c:1:1: internal compiler error: in '
                'expand, at x.c:7"; exit 4; };; esac\n'
                f'exec {compilers[gcc]["path"]} "$@"\n')
    data, _ = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--count", "10",
                   "--types", "int,double", "-q", status=1)
    (c,) = unexpected(data)
    assert (c["verdict"], c["direction"], c["subject"]) == ("crash", None, "the compiler")
    assert re.fullmatch(r"void fuzz_\w+\(double a\);\n", c["case"])
    assert reproduce(tmp_path / "out", c) == 0


def broken(tmp_path, gcc, compilers, extra="") -> str:
    return script(tmp_path / "rbx", f'{extra}exec {compilers[gcc]["path"]} "$@" -fcall-used-rbx\n')


def test_no_time_to_minimise(tmp_path, gcc, compilers):
    cc = broken(tmp_path, gcc, compilers)
    data, r = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--count", "10",
                   *QUICK, "--minimise", "0", status=1)
    assert {(c["minimal"], c["not_minimal_because"], c["reductions"])
            for c in unexpected(data)} == {(False, "out of time", 0)}
    assert "(perhaps not minimal: out of time)" in r.stdout
    readme = (tmp_path / "out" / unexpected(data)[0]["folder"] / "README").read_text()
    assert "minimal     perhaps not: out of time" in readme


@pytest.mark.ia32
def test_minimal_where_32_bit_code_runs_elsewhere(tmp_path, compilers):
    """Rounds of one width have fewer columns than the first: each is still built."""
    clang = next((c for c in compilers if compilers[c]["family"] == "clang"), None)
    if not clang:
        pytest.skip("not-run: clang absent")
    program.need("native", 64)
    program.need("vmx", 32)
    out = tmp_path / "out"
    env = program.environment(CLOBBER_WITHOUT="ia32")
    r = run(["fuzz", "--cc", clang, "--count", "12", "--seed", "11", "--types", "int,char,double",
             "--minimise", "60", "--abi", "sysv,cdecl", "--opt", "O2", "--out", out],
            cwd=tmp_path, env=env)
    assert r.status == 0, r.stderr
    (c,) = json.loads((out / "fuzz.json").read_text())["clusters"]
    assert (c["minimal"], c["reductions"] > 0) == (True, True)
    assert re.fullmatch(r"void fuzz_\w+\((signed char|char) a\);\n", c["case"])


def test_what_cannot_be_run_again_is_an_error(tmp_path, gcc, compilers):
    """A compiler that takes the prototypes of the first round, and never again."""
    program.need("native", 64)
    cc = broken(tmp_path, gcc, compilers, f'''for a; do last=$a; done
case "$*" in *gen64*) if grep -q "fuzz_0" "$last" && ! mkdir {tmp_path}/once 2>/dev/null; then
echo "error: not again" >&2; exit 1; fi;; esac
''')
    out = tmp_path / "out"
    r = run(["fuzz", "--cc", cc, "--width", "64", "--abi", "sysv", "--count", "3", *QUICK, "--opt",
             "O2", "--out", out], cwd=tmp_path)
    assert r.status == 2
    assert "could not be run again" in r.stderr
    found = unexpected(json.loads((out / "fuzz.json").read_text()))
    assert {(c["minimal"], c["not_minimal_because"]) for c in found} == {
        (False, "its prototype could not be run again")}


def start_fuzz(out, *args) -> subprocess.Popen:
    """In a session of its own, as from a terminal: a signal to the group reaches all."""
    return subprocess.Popen([program.PROGRAM, "fuzz", "--out", out, *args], cwd=out.parent,
                            env=program.environment(), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_round(out, p: subprocess.Popen, number: int) -> None:
    """Until the compilers of a round after the first are at work."""
    seen, deadline = set(), time.monotonic() + program.SECONDS
    while len(seen) < number:
        assert p.poll() is None and time.monotonic() < deadline
        for f in (out / "work").glob("gen64/*.c"):
            try:
                seen.update(re.findall(r"fuzz_(\d+)", f.read_text())[:1])
            except FileNotFoundError:
                pass
        time.sleep(0.02)


@pytest.mark.parametrize("number,group", [(signal.SIGINT, True), (signal.SIGTERM, False),
                                          (signal.SIGTERM, True)])
def test_interrupted_run_reports(tmp_path, gcc, compilers, number, group):
    cc = broken(tmp_path, gcc, compilers)
    p = start_fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--time", "600",
                   *QUICK)
    wait_for_round(tmp_path / "out", p, 2)
    start = time.monotonic()
    (os.killpg if group else os.kill)(p.pid, number)
    out, err = p.communicate(timeout=program.SECONDS)
    assert time.monotonic() - start < 60
    assert p.returncode == 1, err
    data = json.loads((tmp_path / "out" / "fuzz.json").read_text())
    assert data["interrupted"] and data["rounds"] >= 1
    assert "interrupted by a signal" in out and "clobber: stopping: " in err
    # Nothing that the signal did to a compiler or payload is a finding.
    assert {(c["verdict"], c["check"]) for c in unexpected(data)} == {
        ("violation", "callee-saved")}
    assert reproduce(tmp_path / "out", unexpected(data)[0]) == 0


def test_interrupted_in_the_first_round(tmp_path, gcc, compilers):
    cc = script(tmp_path / "slow",
                f'case " $* " in *gen64*) sleep 2;; esac; exec {compilers[gcc]["path"]} "$@"\n')
    p = start_fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", *QUICK)
    wait_for_round(tmp_path / "out", p, 1)
    os.killpg(p.pid, signal.SIGINT)
    out, err = p.communicate(timeout=program.SECONDS)
    assert (p.returncode, out) == (2, "")
    assert "interrupted before the first round was over" in err
    assert not (tmp_path / "out" / "fuzz.json").exists()


def test_killed_run_leaves_nothing_half(tmp_path, gcc, compilers):
    """Its compilers may live on: the next run waits for them, and is not confused by what they
    write."""
    cc = broken(tmp_path, gcc, compilers, 'case " $* " in *gen64*) sleep 1;; esac\n')
    args = ("--cc", cc, "--width", "64", "--abi", "sysv", "--count", "4", *QUICK)
    p = start_fuzz(tmp_path / "out", *args)
    wait_for_round(tmp_path / "out", p, 1)
    time.sleep(0.3)
    os.kill(p.pid, signal.SIGKILL)
    p.communicate(timeout=program.SECONDS)
    assert not (tmp_path / "out" / "fuzz.json").exists()
    assert not list(tmp_path.rglob("*.tmp*"))
    data, _ = fuzz(tmp_path / "out", *args, status=1)
    assert data["prototypes"] == 4 and not data["interrupted"]
    again, _ = fuzz(tmp_path / "other", *args, status=1)
    assert data["totals"] == again["totals"]


def test_a_runtime_that_is_not_here_is_the_reason(tmp_path, gcc, compilers):
    """A helper that nothing defines, called by every function: nothing runs, and that is why."""
    cc = script(tmp_path / "helper",
                'case " $* " in *gen64*) set -- "$@" -finstrument-functions;; esac\n'
                f'exec {compilers[gcc]["path"]} "$@"\n')
    r = run(["fuzz", "--out", tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv",
             "--count", "120", "--minimise", "0", *QUICK], cwd=tmp_path)
    assert r.status == 2
    assert re.search(r"nothing was executed: .*__cyg_profile_func_enter", r.stderr), r.stderr


def test_a_known_cause_is_known_whoever_sees_it_first(tmp_path, compilers):
    """LLVM 115052, an __float128 by value where a reference belongs: seen by one check when the
    register holds a number, by the other when something readable."""
    cc = next((c for c, of in compilers.items()
               if of["family"] == "clang" and int(of["version"].split(".")[0]) < 20), None)
    if not cc:
        pytest.skip("no clang before 20")
    data, _ = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "ms", "--count", "60",
                   "--types", "float128=10,int,empty=9,struct,double", "-q", "--seed", "3",
                   status=0)
    known = [c for c in data["clusters"] if c["known"]]
    assert any("115052" in c["known"] for c in known)
    assert all(c["minimal"] for c in known)


# Profiles and places ------------------------------------------------------------------------------

def test_profile(tmp_path, gcc, compilers):
    """What is wrong with the kernel's code only is found there, and reproduces there."""
    cc = script(tmp_path / "half", 'case " $* " in *-mcmodel=kernel*) set -- "$@" -fcall-used-rbx;; esac\n'
                f'exec {compilers[gcc]["path"]} "$@"\n')
    data, _ = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--profile", "user,kernel", "--abi",
                   "sysv,kernel", "--count", "6", *QUICK, status=1)
    found = unexpected(data)
    assert {(c["check"], c["profile"]) for c in found} == {("callee-saved", "kernel")}
    assert {c["convention"] for c in found} == {"kernel"}
    assert {x for c in found for x in c["shown_by"]} == {"half/64/O2/kernel"}
    assert data["options"]["columns"] == ["half/64/O2", "half/64/O2/kernel"]
    assert reproduce(tmp_path / "out", found[0]) == 0


def test_variant_of_a_profile(tmp_path, gcc, compilers):
    """Every call of it goes through a pointer."""
    bad, _ = fuzz(tmp_path / "bad", "--cc", broken(tmp_path, gcc, compilers), "--width", "64", "--profile",
                  "kernel-retpoline", "--abi", "kernel", "--count", "3", *QUICK, status=1)
    assert {(c["check"], c["profile"]) for c in unexpected(bad)} == {("callee-saved", "kernel-retpoline")}
    assert reproduce(tmp_path / "bad", unexpected(bad)[0]) == 0
    data, _ = fuzz(tmp_path / "out", "--cc", gcc, "--width", "64", "--profile", "kernel-retpoline", "--abi",
                   "kernel", "--count", "6", *QUICK, status=0)
    text = (tmp_path / "out/prototypes.h").read_text()
    assert text.count("//! through indirect") == data["prototypes"] == 6
    assert data["totals"]["pass"] == 12


@pytest.mark.parametrize("place", ("qemu-user", "vmx"))
def test_place(tmp_path, gcc, compilers, place):
    program.need(place, 64)
    cc = broken(tmp_path, gcc, compilers)
    data, _ = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "sysv", "--place", place, "--count", "3",
                   *QUICK, status=1)
    found = unexpected(data)
    assert {c["check"] for c in found} == {"callee-saved"}
    assert {x for c in found for x in c["shown_by"]} == {f"rbx/64/O2@{place}"}
    assert reproduce(tmp_path / "out", found[0]) == 0


@pytest.mark.parametrize("args, message", [
    (["--place", "moon"], "--place: "),
    (["--profile", "moon"], "--profile: "),
    (["--profile", "user,kernel-ibt"], "'user' does not go together with variants of kernel"),
])
def test_bad_profiles_and_places(tmp_path, gcc, args, message):
    r = run(["fuzz", "--cc", gcc, "--count", "1", "--out", tmp_path / "out", *args], cwd=tmp_path)
    assert (r.status, r.stdout) == (2, "") and message in r.stderr


def test_wide_vectors_are_no_short_ones(tmp_path, compilers):
    """A reason is about what the finding is about: 64 bytes by reference are not excused as 8 are."""
    cc = next((c for c, of in compilers.items() if of["family"] == "clang"), None)
    if not cc:
        pytest.skip("not-run: clang absent")
    data, _ = fuzz(tmp_path / "out", "--cc", cc, "--width", "64", "--abi", "ms", "--count", "40", "--types",
                   "vector", "-q", "--seed", "3", status=0)
    reasons = {c["prototype"]: c["known"] for c in data["clusters"] if c["known"]}
    assert reasons
    for text, reason in reasons.items():
        assert ("8-byte" in reason) == ("vector_size(8)" in text), (text, reason)


# Calls that compilers make by themselves ----------------------------------------------------------

@pytest.mark.ia32
def test_handlers_are_called_as_the_options_say(tmp_path, gcc, compilers):
    """LLVM issue 89670, with ordinary prototypes beside; a conforming compiler gives nothing."""
    clangs = {n: int(c["version"].split(".")[0]) for n, c in compilers.items() if c["family"] == "clang"}
    old = min(clangs, key=clangs.get, default=None)
    data, _ = fuzz(tmp_path / "out", "--cc", ",".join(filter(None, (gcc, old))), "--width", "32", "--profile",
                   "kernel-ubsan", "--abi", "kernel", "--types", "implicit=40,int,pointer", "--count", "12",
                   "--opt", "O2", "--seed", "7", "-q", status=0)
    text = (tmp_path / "out/prototypes.h").read_text()
    handlers = text.count("//! implicit __ubsan_handle_")
    assert 2 < handlers < 12 == handlers + text.count("//! through indirect")
    found = [c for c in data["clusters"] if c["verdict"] in ("violation", "crash", "timeout")]
    if not old or clangs[old] >= 19:
        assert not found
        return
    (c,) = found
    assert c["known"].startswith("LLVM 89670") and "//! implicit __ubsan_" in c["case"]
    assert (c["rule"], c["direction"], c["minimal"]) == ("gcc.mregparm.args", "caller", True)
    assert {x.split("/")[0] for x in c["shown_by"]} == {old}
    assert reproduce(tmp_path / "out", c) == 0


def test_what_a_library_is_asked_for(tmp_path, gcc, compilers):
    """Conforming: nothing. A compiler that calls libgcc as Microsoft's convention has it: found."""
    args = ("--width", "64", "--abi", "sysv", "--types", "implicit", "--count", "12", "--opt", "O2", "--seed",
            "8", "-q")
    good, _ = fuzz(tmp_path / "good", "--cc", gcc, *args, status=0)
    assert not good["clusters"] and good["totals"]["pass"] > 8
    text = (tmp_path / "good/prototypes.h").read_text()
    assert text.count("//! implicit ") == 12 and "__ubsan_" not in text
    bad = script(tmp_path / "bad", f'exec {compilers[gcc]["path"]} "$@" -mabi=ms\n')
    data, _ = fuzz(tmp_path / "out", "--cc", bad, *args, status=1)
    found = unexpected(data)
    assert all("//! implicit " in c["case"] for c in found)
    assert "caller" in {c["direction"] for c in found}
