# SPDX-License-Identifier: MIT
"""Faults of the machine are no verdicts: an error that gives the reason, exit 2, and nothing of it
left that a later run would take for a result. What a compiler does wrong is a verdict of its own
column, whatever it is."""
import os
import subprocess

import pytest

import program
from program import run, run_matrix, script, write

CASES = "int f(int a, long b);\nlong g(double d, short s);\nunsigned char h(unsigned char c);\n"
PLAIN = ("--width", "64", "--abi", "sysv", "--opt", "O2", "--profile", "user", "--place", "native")
INPUTS = program.HARNESS / "inputs" / "run"


@pytest.fixture(autouse=True)
def native():
    program.need("native", 64)


def matrix(tmp_path, *args, status=0, env=None) -> program.Matrix:
    return run_matrix(tmp_path / "out", *args, status=status, env=env)


def of_generated(tmp_path, name: str, compiler: str, body: str, also: str = ""):
    """A compiler that is right but for generated sources (which hold the words `also`). $o and $i
    are its output and its input."""
    return script(tmp_path / name, f'''o= i= last=
for a; do [ "$last" = -o ] && o=$a; last=$a; i=$a; done
case "$i" in
*gen64*) if grep -q "{also}" "$i"; then {body}; fi;;
esac
exec {compiler} "$@"
''')


def faulty(tmp_path, body: str, compiler: str):
    """A fault that ends when the file `mended` is there."""
    return of_generated(tmp_path, "cc", compiler,
                        f'if ! [ -e {tmp_path}/mended ]; then {body}; fi')


FAULTS = {
    "no room": ('echo "x.c:1: fatal error: error writing to /t/x.s: No space left on device" >&2; '
                "exit 1", "No space left on device"),
    "cc1 killed": ('echo "gcc: fatal error: Killed signal terminated program cc1" >&2; exit 1',
                   "Killed signal terminated program cc1"),
    "cc1 ended": ('echo "gcc: fatal error: Terminated signal terminated program cc1" >&2; exit 1',
                  "Terminated signal terminated program cc1"),
    "clang's part ended": ('echo "clang: error: unable to execute command: Hangup" >&2; exit 1',
                           "unable to execute command: Hangup"),
    "no memory": ('echo "cc1: out of memory allocating 65536 bytes after a total of 12 bytes" >&2; exit 1',
                  "out of memory allocating"),
    "no memory for clang": ('echo "LLVM ERROR: out of memory" >&2; kill -ABRT $$', "LLVM ERROR: out of memory"),
    "not allowed": ('echo "x.c:1: fatal error: opening dependency file x.d: Permission denied" >&2; exit 1',
                    "Permission denied"),
    "no folder": ("echo \"clang: error: unable to open output file 'x.o': 'No such file or directory'\" >&2; exit 1",
                  "unable to open output file"),
    "nobody reads": ("kill -PIPE $$", "ended by SIGPIPE"),
    "too large": ('echo "as: x.o: File too large" >&2; exit 1', "File too large"),
    "quit": ("kill -QUIT $$", "ended by SIGQUIT"),
    "killed": ("kill -9 $$", "killed (signal 9)"),
    # What limits the compiler's time is a process, too.
    "limiter quits": ("kill -QUIT $PPID; sleep 1000", "ended by SIGQUIT"),
    "limiter is killed": ("kill -KILL $PPID; sleep 1000", "killed (signal 9)"),
    "limiter is alarmed": ("kill -ALRM $PPID; sleep 1000", "ended by SIGALRM"),
    "missing": ("exec /nonexistent/cc1 x", "exit status 127: "),
    "no program": ("exit 126", "exit status 126: "),
    "cannot execute": ("echo \"gcc: fatal error: cannot execute 'cc1': execvp: No such file or "
                       "directory\" >&2; exit 1", "cannot execute 'cc1'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_no_verdict(tmp_path, gcc, compilers, fault):
    body, reason = FAULTS[fault]
    cc = faulty(tmp_path, body, compilers[gcc]["path"])
    args = ["run", *PLAIN, "--cases", write(tmp_path / "c.h", CASES), "--out", tmp_path / "out",
            "-q", "--cc", f"{cc},{gcc}"]
    for _ in range(2):  # the second finds nothing that it would take for a result
        r = run(args, cwd=tmp_path)
        assert r.status == 2
        assert reason in r.stderr
        assert "the machine's fault" in r.stderr
        assert "cc -m64" in r.stderr
        assert not (tmp_path / "out/matrix.json").exists()
    write(tmp_path / "mended", "")
    m = matrix(tmp_path, *PLAIN, "--cases", tmp_path / "c.h", "--cc", f"{cc},{gcc}")
    assert m.totals["pass"] == m.totals["planned"] == 12


def test_fault_of_a_moment(tmp_path, gcc, compilers):
    """What was killed once is compiled once more before anything is said."""
    cc = of_generated(tmp_path, "cc", compilers[gcc]["path"],
                      f'mkdir {tmp_path}/once 2>/dev/null && kill -9 $$')
    m = matrix(tmp_path, *PLAIN, "--cases", write(tmp_path / "c.h", CASES), "--cc", cc)
    assert m.totals["pass"] == m.totals["planned"] == 6


@pytest.mark.parametrize("fault", ["no room", "cc1 killed", "missing"])
def test_fault_while_a_compiler_is_asked(tmp_path, gcc, compilers, fault):
    """Nor are its answers kept."""
    body, reason = FAULTS[fault]
    cc = script(tmp_path / "cc", f'''case " $* " in *probe.c*)
if ! [ -e {tmp_path}/mended ]; then {body}; fi;; esac
exec {compilers[gcc]["path"]} "$@"
''')
    env = program.environment(CLOBBER_CACHE=str(tmp_path / "cache"))
    args = ["--cases", write(tmp_path / "c.h", CASES), "--cc", f"{cc},{gcc}"]
    r = run(["run", *PLAIN, *args, "--out", tmp_path / "out", "-q"], cwd=tmp_path, env=env)
    assert (r.status, reason in r.stderr) == (2, True), r.stderr
    write(tmp_path / "mended", "")
    m = matrix(tmp_path, *PLAIN, *args, env=env)
    assert m.totals["pass"] == 12


@pytest.mark.skipif(os.geteuid() != 0, reason="not-run: mounting a full file system needs root")
def test_full_tmpdir(tmp_path, gcc):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", small],
                      capture_output=True).returncode:
        pytest.skip("not-run: a tmpfs cannot be mounted here")
    args = [*PLAIN[:-6], *PLAIN[-4:], "--cc", gcc, "--cases", write(tmp_path / "c.h", CASES)]
    try:
        matrix(tmp_path, *args, "--opt", "O2")
        (small / "fill").write_bytes(bytes(16000))
        r = run(["run", *args, "--opt", "O1", "-q", "--out", tmp_path / "out"], cwd=tmp_path,
                env=program.environment(TMPDIR=str(small)))
        assert (r.status, "No space left on device" in r.stderr) == (2, True), r.stderr
    finally:
        subprocess.run(["umount", small], check=True)
    assert matrix(tmp_path, *args, "--opt", "O1").totals["pass"] == 6


def test_no_tmpdir(tmp_path, gcc):
    r = run(["run", *PLAIN, "--cc", gcc, "--cases", write(tmp_path / "c.h", CASES), "--out",
             tmp_path / "out"], cwd=tmp_path,
            env=program.environment(TMPDIR="/nonexistent", CLOBBER_CACHE=str(tmp_path / "cache")))
    assert (r.status, "/nonexistent/clobber-probe-" in r.stderr) == (2, True)


# A column that does not link ----------------------------------------------------------------------

LINKLESS = {
    "random": ('head -c 5000 /dev/urandom >"$o"; exit 0', "writes an object file that is not ELF"),
    "nothing": ("exit 0", "writes no object file"),
    "folder": ('rm -f "$o"; mkdir "$o"; exit 0', "writes no object file"),
    "loop": ('rm -f "$o"; ln -s "$(basename "$o")" "$o"; exit 0', "writes no object file"),
    "pipe": ('rm -f "$o"; mkfifo "$o"; exit 0', "writes no object file"),
    "cut": ('{cc} "$@"; head -c 700 "$o" >"$o.cut"; mv "$o.cut" "$o"; exit 0',
            "its object does not link: "),
    "aarch64": ('{cc} "$@"; printf "\\267\\000" | dd of="$o" bs=1 seek=18 conv=notrunc 2>/dev/null;'
                " exit 0", "writes objects for another machine"),
    "class": ('exec {cc} "$@" -m32', "writes 32-bit objects"),
    "duplicate": ('n=$(mktemp -d); sed "\\$a void cl_run(void) {{}}" "$i" >$n/x.c; a=; '
                  'for x; do [ "$x" = "$i" ] || a="$a $x"; done; {cc} $a $n/x.c; s=$?; '
                  'rm -r $n; exit $s', "multiple definition of `cl_run'"),
}


def broken(tmp_path, gcc, compilers, how: str, also: str = ""):
    body, why = LINKLESS[how]
    path = compilers[gcc]["path"]
    return of_generated(tmp_path, f"cc-{how}", path, body.format(cc=path), also), why


@pytest.mark.parametrize("how", LINKLESS)
def test_object_that_does_not_link(tmp_path, gcc, compilers, how):
    cc, why = broken(tmp_path, gcc, compilers, how)
    m = matrix(tmp_path, *PLAIN, "--cases", write(tmp_path / "c.h", CASES), "--cc",
                   f"{cc},{gcc}", status=1)
    assert {c["verdict"] for (_, col), c in m.cells.items() if col == f"{gcc}/64/O2"} == {"pass"}
    assert m.totals["pass"] == m.totals["crash"] == 6
    assert {(f["column"], f["verdict"], f["subject"]) for f in m.findings} == {
        (f"cc-{how}/64/O2", "crash", "the compiler")}
    assert all(why in f["observed"] for f in m.findings), m.findings[0]["observed"]
    assert all("reports success" in f["observed"] for f in m.findings)


@pytest.mark.parametrize("how", LINKLESS)
def test_other_cases_of_the_column_run(tmp_path, gcc, compilers, how):
    cc, why = broken(tmp_path, gcc, compilers, how, "target_.*_g\\>")
    m = matrix(tmp_path, *PLAIN, "--cases", write(tmp_path / "c.h", CASES), "--cc", cc,
                   status=1)
    assert (m.totals["pass"], m.totals["crash"]) == (4, 2)
    assert {f["case"] for f in m.findings} == {"sysv/c/g"}
    assert all(why in f["observed"] for f in m.findings)


# What a compiler's own library would have ---------------------------------------------------------

def flagged(tmp_path, compilers, gcc, name: str, *flags: str):
    return script(tmp_path / name, f'exec {compilers[gcc]["path"]} {" ".join(flags)} "$@"\n')


def test_slim_lto(tmp_path, gcc, compilers):
    slim = flagged(tmp_path, compilers, gcc, "slim", "-flto", "-fno-fat-lto-objects")
    fat = flagged(tmp_path, compilers, gcc, "fat", "-flto", "-ffat-lto-objects")
    m = matrix(tmp_path, *PLAIN, "--cases", INPUTS / "lto-object/case.h", "--cc",
                   f"{slim},{fat}")
    assert m.findings == []
    assert (m.totals["pass"], m.totals["unsupported"]) == (2, 2)
    assert {c["reason"] for (_, col), c in m.cells.items() if col == "slim/64/O2"} == {
        "writes objects without machine code, for link-time optimisation: add -fno-lto or "
        "-ffat-lto-objects"}


def test_bitcode(tmp_path, compilers):
    """The same of clang."""
    clang = next((n for n, c in compilers.items() if c["family"] == "clang"), None)
    if not clang:
        pytest.skip("not-run: clang absent")
    slim = flagged(tmp_path, compilers, clang, "slim", "-flto")
    m = matrix(tmp_path, *PLAIN, "--cases", INPUTS / "lto-object/case.h", "--cc", f"{slim},{clang}")
    assert not [f for f in m.findings if f["column"].startswith("slim/")]
    assert {c["reason"] for (_, col), c in m.cells.items() if col == "slim/64/O2"} == {
        "writes objects without machine code, for link-time optimisation: add -fno-lto or -ffat-lto-objects"}


@pytest.mark.parametrize("compiler, flags", [("clang", "-fsanitize=undefined -fsanitize-trap=undefined"),
                                             ("gcc", "-fsanitize=undefined -fsanitize-undefined-trap-on-error"),
                                             ("gcc", "-fpatchable-function-entry=16,16")])
def test_what_is_generated_stops_no_sanitizer(tmp_path, compilers, compiler, flags):
    name = next((n for n, c in compilers.items() if c["family"] == compiler), None)
    if not name:
        pytest.skip(f"not-run: {compiler} absent")
    cc = flagged(tmp_path, compilers, name, "checked", flags)
    m = matrix(tmp_path, *PLAIN, "--cases", write(tmp_path / "c.h", """
struct s { long a; double b; short c : 5; };
struct s f(struct s x, unsigned int y, double z);
int g(struct s *p, signed int b, ...);
"""), "--cc", cc)
    assert not m.findings and m.totals["pass"] == m.totals["planned"] == 4


@pytest.mark.parametrize("flags", ["-pg -mfentry", "-pg -mno-fentry", "-pg"])
@pytest.mark.parametrize("width,abi", [(64, "sysv"), (32, "cdecl"), (32, "regparm3"),
                                       (64, "ms"), (32, "fastcall")])
def test_profiled_code_runs(tmp_path, gcc, compilers, flags, width, abi):
    """Kernels are built like this, for ftrace."""
    cc = flagged(tmp_path, compilers, gcc, "profiled", flags)
    m = matrix(tmp_path, "--width", width, "--abi", abi, "--opt", "O2", "--profile",
                   "user", "--place", program.where(width), "--cc", cc, "--cases",
                   write(tmp_path / "c.h", CASES))
    assert m.findings == []
    if not m.totals["pass"]:
        assert "does not" in next(iter(m.cells.values()))["reason"]
    else:
        assert m.totals["pass"] == m.totals["planned"] == 6


@pytest.mark.parametrize("flag,name", [("-fsanitize=address", "__asan_"),
                                       ("-fsplit-stack", "__morestack"),
                                       ("-finstrument-functions", "__cyg_profile_func_")])
def test_undefined_runtime(tmp_path, gcc, compilers, flag, name):
    cc = flagged(tmp_path, compilers, gcc, "needy", flag)
    m = matrix(tmp_path, *PLAIN, "--cc", f"{cc},{gcc}", "--cases",
                   INPUTS / "undefined-runtime/case.h")
    assert m.findings == []
    assert (m.totals["pass"], m.totals["not-run"]) == (2, 2)
    (reason,) = {c["reason"] for (_, col), c in m.cells.items() if col == "needy/64/O2"}
    assert f"calls `{name}" in reason


def test_what_nothing_ran_for_is_printed(tmp_path, gcc, compilers):
    """Of a compiler none of whose cases can run, and of one beside another that ran."""
    needy = flagged(tmp_path, compilers, gcc, "needy", "-fsanitize=address")
    case = INPUTS / "undefined-runtime/case.h"
    for compilers_, share, status in ((f"{needy}", "", 2), (f"{needy},{gcc}", "2 cases, first of ", 0)):
        r = run(["run", *PLAIN, "--cc", compilers_, "--cases", case, "--out", tmp_path / "out"], cwd=tmp_path)
        assert r.status == status, r.stderr
        assert f"not run: {share}needy -m64: calls `__asan_" in " ".join(r.stdout.split())
