# SPDX-License-Identifier: MIT
"""The command line: help, bad input, exit status, what goes to which stream, and colour."""
import json
import os
import pty
import re
import select
import shutil
import subprocess

import pytest

import program
from program import PLAIN, environment, run, script, write

VERBS = ("run", "explain", "list", "coverage", "fuzz", "report", "compare", "merge")
GOOD = "int f(int a);\n"


def fails(args, message: str, cwd=None, env=None) -> program.Result:
    """Exit 2, nothing on stdout, one message with this text in it."""
    r = run(args, cwd=cwd, env=env)
    assert (r.status, r.stdout) == (2, ""), r
    assert message in r.stderr
    assert r.stderr.endswith("\n")
    return r


def run_fails(tmp_path, *args, message: str, env=None) -> program.Result:
    """A run that must stop before it writes any result."""
    r = fails(["run", "--out", tmp_path / "out", *args], message, tmp_path, env)
    left = {p.name for p in (tmp_path / "out").glob("*")} if (tmp_path / "out").exists() else set()
    assert left <= {"work"}, left
    assert not list(tmp_path.glob("out/work/col*"))
    return r


def case_file(tmp_path, content: str | bytes = GOOD) -> str:
    path = tmp_path / "x.h"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


# Help and version -------------------------------------------------------------------------------

@pytest.mark.parametrize("args", [["--help"], ["-h"], ["help"]] +
                         [[v, h] for v in VERBS for h in ("--help", "-h")], ids=" ".join)
def test_help(args):
    r = run(args)
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout.startswith("usage: clobber")
    assert max(map(len, r.stdout.splitlines())) <= 90


def test_help_names_every_verb():
    text = run(["--help"]).stdout
    for verb in VERBS:
        assert re.search(rf"^  {verb} ", text, re.M)


def test_version():
    r = run(["--version"])
    assert (r.status, r.stderr) == (0, "")
    first, *documents = r.stdout.splitlines()
    assert re.fullmatch(r"clobber \d+\.\d+\.\d+", first)
    assert any("System V ABI, AMD64" in d for d in documents)
    assert all(re.fullmatch(r"  \S.*, \S.*", d) for d in documents)


@pytest.mark.parametrize("what", ("abis", "cases", "compilers", "places", "rules", "checks"))
def test_list(what):
    r = run(["list", what])
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout.splitlines()


# Bad usage ---------------------------------------------------------------------------------------

def test_no_verb():
    r = fails([], "usage: clobber VERB")
    assert "run" in r.stderr


@pytest.mark.parametrize("args,message", [
    (["rnu"], "unknown verb 'rnu' (did you mean 'run'?)"),
    (["frobnicate"], "unknown verb 'frobnicate': `clobber --help' names them"),
    (["list"], "usage: clobber list"),
    (["list", "abi"], "unknown list 'abi' (did you mean 'abis'?)"),
    (["list", "abis", "rules"], "usage: clobber list"),
    (["explain"], "one prototype, in quotes"),
    (["explain", "int f(void)", "int g(void)"], "one prototype, in quotes"),
    (["explain", "--abi", "sysvv", "int f(void)"], "unknown convention 'sysvv' (did you mean 'sysv'"),
    (["explain", "--width", "16", "int f(void)"], "unknown width '16': use 32"),
    (["run", "--frobnicate"], "try `clobber run --help'"),
    (["run", "--cc"], "try `clobber run --help'"),
    (["run", "--frobnicate"], "run: unknown option '--frobnicate'; try `clobber run --help'"),
    (["run", "--case", "x", "--plaec", "x"], "unknown option '--plaec' (did you mean '--place'?)"),
    (["merge", "-x"], "merge: unknown option '-x'; try `clobber merge --help'"),
    (["run", "--v"], "run: option '--v' is ambiguous"),
    (["compare", "--strict=yes"], "compare: option '--strict' takes no value"),
    (["run", "--cc"], "run: option '--cc' needs a value: --cc LIST"),
    (["run", "stray"], "run: unexpected argument 'stray'"),
    (["run", "-q", "--", "--seed"], "run: unexpected argument '--seed'"),
], ids=lambda x: " ".join(x) if isinstance(x, list) else None)
def test_bad_usage(args, message, tmp_path):
    fails(args, message, tmp_path)


@pytest.mark.parametrize("args,message", [
    (["--abi", "sysvv"], "--abi: unknown convention 'sysvv' (did you mean 'sysv'?)"),
    (["--abi", ""], "--abi: empty list"),
    (["--width", "48"], "--width: unknown width '48': use 32, 64 or 32,64"),
    (["--width", ""], "--width: empty list"),
    (["--opt", "fast"], "--opt: unknown optimisation 'fast'"),
    (["--opt", ""], "--opt: empty list"),
    (["--opt", "O2*"], "--opt: unknown optimisation 'O2*'"),
    (["--opt", "O2/.."], "--opt: unknown optimisation 'O2/..'"),
    (["--opt", "O\n2"], "--opt: unknown optimisation 'O"),
    (["--place", "mars"], "--place: unknown place 'mars'"),
    (["--seed", "abc"], "--seed: 'abc' is not a number"),
    (["--seed", "-1"], "--seed: '-1' is not a number"),
    (["--seed", "99999999999999999999"], "is not a number from 0 to 9223372036854775807"),
    (["--jobs", "many"], "--jobs: 'many' is not a number"),
    (["--color", "sometimes"], "--color: unknown value 'sometimes': use auto, always or never"),
    (["--cc", "gcc-99"], '--cc: no compiler "gcc-99" on PATH'),
    (["--cc", "/no/such/cc"], 'cannot run compiler "/no/such/cc": No such file or directory'),
    (["--cc", "/etc/passwd"], 'cannot run compiler "/etc/passwd": Permission denied'),
    (["--cc", "/tmp"], 'cannot run compiler "/tmp": Is a directory'),
    (["--cc", ""], "empty name in the list of compilers"),
], ids=lambda x: "=".join(x) if isinstance(x, list) else None)
def test_bad_option(args, message, tmp_path):
    run_fails(tmp_path, "--cases", case_file(tmp_path), *args, message=message)


def test_conventions_and_widths_with_nothing_in_common(tmp_path):
    r = run_fails(tmp_path, "--cases", case_file(tmp_path), "--abi", "fastcall", "--width", "64",
                  message="no case matches")
    assert len(r.stderr.splitlines()) == 1


# Case files --------------------------------------------------------------------------------------

@pytest.mark.parametrize("cases,message", [
    ("nowhere.h", "--cases: no such file, folder or glob: nowhere.h"),
    ("*.nothing", "--cases: no such file, folder or glob: *.nothing"),
    ("x.h:nosuch", "x.h declares no function `nosuch'"),
    ("cases/scalar/counts.h:nosuch", "declares no function `nosuch'"),
    ("empty", "empty holds no case file (*.h)"),
    ("", "--cases: the files hold no prototype"),
])
def test_no_such_case(tmp_path, cases, message):
    case_file(tmp_path)
    (tmp_path / "empty").mkdir()
    run_fails(tmp_path, "--cases", cases, message=message)


def test_case_file_that_may_never_end(tmp_path):
    os.mkfifo(tmp_path / "pipe.h")
    for name in ("pipe.h", "/dev/zero"):
        run_fails(tmp_path, "--cases", name, message=f"--cases: {name} is not a regular file")


def test_folder_that_links_to_itself(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    write(folder / "x.h", "int f(int a, , int b);\n")
    (folder / "one").symlink_to(".")
    (folder / "two").symlink_to(folder)
    run_fails(tmp_path, "--cases", folder, message="x.h:1:14: error: ")


@pytest.mark.parametrize("args", [["explain", "int f(int a)"], ["list", "rules"], ["list", "cases"], ["run", "--help"],
                                  ["coverage"], ["--help"], ["--version"]], ids=" ".join)
def test_output_that_cannot_be_written_is_an_error(args):
    for redirection in (">/dev/full", ">&-"):
        r = subprocess.run(["sh", "-c", f'exec "$@" {redirection}', "sh", program.PROGRAM, *args],
                           stderr=subprocess.PIPE, text=True, env=environment())
        assert r.returncode == 2, redirection
        assert r.stderr.startswith("clobber: cannot write to standard output: "), r.stderr


def test_syntax_error_points_at_it(tmp_path):
    path = case_file(tmp_path, "int good(int a);\nint bad(int a, , int b);\n")
    r = run_fails(tmp_path, "--cases", path, message=f"{path}:2:16: error: ")
    lines = r.stderr.splitlines()
    source = next(i for i, line in enumerate(lines) if "int bad(int a, , int b);" in line)
    comma = lines[source].index(", ,") + 2
    assert lines[source + 1][comma] == "^"


@pytest.mark.parametrize("content,where", [
    (b"int f(int\0 a);\n", ":1:10: error: "),
    (b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe\xfd", ":1:1: error: "),
    (b"int f(int \xff);\n", ":1:11: error: "),
    (b"int f(int a)\n", ":1:13: error: "),
    (b"int f(int a;\n", ":1:12: error: "),
    (b"int f(int a);\nint f(int a);\n", ":2:5: error: "),
    (b"//! abi martian\nint f(int a);\n", ":1:9: error: "),
    (b"//! varargs int\nint f(int a);\n", ":1:5: error: "),
    (b"#include <stdio.h>\nint f(int a);\n", ":1:1: error: "),
    (b"int f(int a) { return a; }\n", ":1:14: error: "),
], ids=["nul", "elf", "byte-255", "unended", "bracket", "twice", "abi", "varargs", "include",
        "body"])
def test_bad_case_file(tmp_path, content, where):
    path = case_file(tmp_path, content)
    r = run_fails(tmp_path, "--cases", path, message=path + where)
    assert "^" in r.stderr
    assert "\0" not in r.stderr


def test_empty_case_file(tmp_path):
    run_fails(tmp_path, "--cases", case_file(tmp_path, b""), message="the files hold no prototype")


def test_unreadable_case_file(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("not-run: root reads everything")
    path = case_file(tmp_path)
    os.chmod(path, 0)
    run_fails(tmp_path, "--cases", path, message="Permission denied")


# Environment ---------------------------------------------------------------------------------

def test_unwritable_out(tmp_path):
    """/proc takes no folders, not even from root."""
    r = fails(["run", "--out", "/proc/clobber", "--cases", case_file(tmp_path)], "/proc/clobber",
              tmp_path)
    assert "--out" in r.stderr


def test_out_is_a_file(tmp_path):
    fails(["run", "--out", case_file(tmp_path), "--cases", case_file(tmp_path)], "Not a directory",
          tmp_path)


def tools(tmp_path, compiler: str | None, without: str = "") -> dict[str, str]:
    """PATH with nothing but the tools clobber names, less one, and a compiler."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("nasm", "ninja", "ld", "as", "sh", "rm", "cat", compiler):
        path = shutil.which(name) if name else None
        if path and name != without:
            (folder / name).symlink_to(path)
    return environment(PATH=str(folder))


def test_no_compiler_on_path(tmp_path):
    r = run_fails(tmp_path, "--cases", case_file(tmp_path), env=tools(tmp_path, None),
                  message="no compiler on PATH")
    assert "install one" in r.stderr


@pytest.mark.parametrize("tool", ("nasm", "ninja", "ld"))
def test_missing_tool(tmp_path, gcc, tool):
    r = run_fails(tmp_path, "--cases", case_file(tmp_path), "--cc", gcc,
                  env=tools(tmp_path, gcc, tool), message=f"`{tool}' is not on PATH; install ")
    assert len(r.stderr.splitlines()) == 1


def test_only_the_named_tools_are_needed(tmp_path, gcc):
    r = run(["run", *PLAIN, "--out", tmp_path / "out", "--cases", case_file(tmp_path), "--width",
             "64"], cwd=tmp_path, env=tools(tmp_path, gcc))
    assert (r.status, r.stderr) == (0, "")


# Output -----------------------------------------------------------------------------------------

def small(tmp_path, gcc, *more) -> list:
    return ["run", *PLAIN, "--out", tmp_path / "out", "--cc", gcc, "--width", "64", "--opt", "O2",
            "--abi", "sysv", "--cases", case_file(tmp_path), *more]


ESCAPE = "\x1b["


@pytest.mark.parametrize("more,env,coloured", [
    ([], {}, False), (["--color", "always"], {}, True), (["--color=never"], {}, False),
    (["--color", "always"], {"NO_COLOR": "1"}, True), (["--color=auto"], {}, False),
])
def test_colour_when_piped(tmp_path, gcc, more, env, coloured):
    r = run(small(tmp_path, gcc, *more), cwd=tmp_path, env=environment(**env))
    assert r.status == 0
    assert (ESCAPE in r.stdout) == coloured
    assert ESCAPE not in (tmp_path / "out/report.txt").read_text()


def test_nothing_on_stderr_and_data_on_stdout_when_piped(tmp_path, gcc):
    r = run(small(tmp_path, gcc), cwd=tmp_path)
    assert (r.status, r.stderr) == (0, "")
    assert "\n      2 calls checked in " in r.stdout


def test_launcher(tmp_path, gcc):
    log = tmp_path / "log"
    launcher = script(tmp_path / "launcher", f'echo "$1" >>{log}\nexec "$@"\n')
    r = run(small(tmp_path, gcc, "--launcher", launcher), cwd=tmp_path)
    assert (r.status, r.stderr) == (0, "")
    assert set(log.read_text().split()) == {program.compilers()[gcc]["path"]}


def test_launcher_absent(tmp_path, gcc):
    r = run(small(tmp_path, gcc, "--launcher", "no-such-cache"), cwd=tmp_path)
    assert (r.status, r.stdout) == (2, "")
    assert "`no-such-cache' is not on PATH" in r.stderr


def test_quiet_is_the_end_of_the_report(tmp_path, gcc):
    whole = run(small(tmp_path, gcc), cwd=tmp_path)
    r = run(small(tmp_path, gcc, "--quiet"), cwd=tmp_path)
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout.startswith(f"ok    no document is violated by {gcc}\n      2 calls checked in ")
    untimed = lambda s: re.sub(r" in [\d.]+ s.*", "", s)
    assert untimed(whole.stdout).endswith("\n" + untimed(r.stdout))


def on_terminal(args, cwd, streams: str, env=None) -> tuple[int, str, str]:
    """Run with the named streams ("out", "err", "out err") on a terminal: (status, what the
    terminal got, what pipes got)."""
    master, slave = pty.openpty()
    p = subprocess.Popen([program.PROGRAM, *map(str, args)], cwd=cwd, env=env or environment(),
                         stdin=subprocess.DEVNULL,
                         stdout=slave if "out" in streams else subprocess.PIPE,
                         stderr=slave if "err" in streams else subprocess.PIPE)
    os.close(slave)
    pipes = [s for s in (p.stdout, p.stderr) if s]
    got = {master: b"", **{s.fileno(): b"" for s in pipes}}
    open_fds = set(got)
    while open_fds:
        ready, _, _ = select.select(list(open_fds), [], [], program.SECONDS)
        assert ready, "no end"
        for fd in ready:
            try:
                data = os.read(fd, 65536)
            except OSError:  # EIO: the last writer closed its terminal
                data = b""
            got[fd] += data
            if not data:
                open_fds.discard(fd)
    status = p.wait()
    for s in pipes:
        s.close()
    os.close(master)
    return (status, got.pop(master).decode(), b"".join(got.values()).decode())


def test_progress_on_a_terminal_only(tmp_path, gcc):
    status, terminal, stdout = on_terminal(small(tmp_path, gcc), tmp_path, "err")
    assert status == 0
    assert f"probe: {gcc} -m64" in terminal
    assert re.search(r"compile \d+/\d+, \d+:\d\d left of all: \S", terminal)
    at = [terminal.index(word) for word in ("probe: ", "compile 1/", "link 1/1", "run 1/1")]
    assert at == sorted(at)
    assert terminal.endswith("\r\x1b[K")  # wiped when done
    assert "probe: " not in stdout and ESCAPE not in stdout
    assert "2 calls checked" in stdout


def test_quiet_shows_no_progress(tmp_path, gcc):
    status, terminal, _ = on_terminal(small(tmp_path, gcc, "-q"), tmp_path, "err")
    assert (status, terminal) == (0, "")


@pytest.mark.parametrize("env,coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_on_a_terminal(tmp_path, gcc, env, coloured):
    status, terminal, stderr = on_terminal(small(tmp_path, gcc), tmp_path, "out",
                                           environment(**env))
    assert (status, stderr) == (0, "")
    assert (ESCAPE in terminal) == coloured


def assert_narrow(text: str) -> None:
    wide = [line for line in text.splitlines()
            if len(line) > 80 and not line.startswith("  clobber run ")]
    assert wide == []


def test_reports_fit_80_columns(tmp_path, gcc, compilers):
    """With findings, long names and long prototypes."""
    bad = script(tmp_path / "a-compiler-with-quite-a-long-name-indeed",
                 f'exec {compilers[gcc]["path"]} "$@" -mabi=ms\n')
    parameters = ", ".join(f"double a_parameter_with_a_long_name_{i}" for i in range(8))
    cases = write(tmp_path / "long_names.h",
                  f"int a_function_with_a_long_name({parameters}, int last);\n")
    for more in ([], ["--verbose"]):
        r = run(["run", *PLAIN, "--out", tmp_path / "out", "--cc", f"{gcc},{bad}", "--width", "64",
                 "--cases", cases, *more], cwd=tmp_path)
        assert r.status == 1
        assert "FAIL" in r.stdout
        assert_narrow(r.stdout)
        assert_narrow((tmp_path / "out/report.txt").read_text())


def test_explain_fits_80_columns():
    r = run(["explain", "int f(char a, double b)"])
    assert (r.status, r.stderr) == (0, "")
    assert_narrow(r.stdout)


def test_explain_says_where(tmp_path):
    r = run(["explain", "-v", "--abi", "fastcall", "int f(int a, int b, int c)"])
    assert r.status == 0
    lines = [line.split() for line in r.stdout.splitlines()]
    for name, place in (("a", "ecx"), ("b", "edx"), ("c", "esp+0")):
        assert [name, "int", place] in [line[:3] for line in lines]
    assert "popped by the callee, 4 bytes [gcc.fastcall.pop]".split() in lines


def test_help_and_version():
    for verb in VERBS:
        assert run(["help", verb]) == run([verb, "--help"])
    assert run(["help"]) == run(["--help"])
    for word in ("version", "-V"):
        assert run([word]) == run(["--version"])
    fails(["help", "rnu"], "unknown verb 'rnu' (did you mean 'run'?)")


@pytest.mark.parametrize("args", (["help"], ["list", "rules"], ["explain", "int f(int a)"], ["run", "--help"]))
def test_output_that_cannot_be_written(args):
    """A full device, and a standard output that is closed."""
    with open("/dev/full", "w") as full:
        r = subprocess.run([program.PROGRAM, *args], stdout=full, stderr=subprocess.PIPE, text=True)
    assert r.returncode == 2 and "cannot write to standard output: No space left on device" in r.stderr
    r = subprocess.run(["sh", "-c", '"$0" "$@" >&-', program.PROGRAM, *args], stderr=subprocess.PIPE, text=True)
    assert r.returncode == 2 and "cannot write to standard output" in r.stderr


VMREAD = "void vmread_error(unsigned long field, _Bool fault)"


def test_explain_table():
    """A line a convention, equal ones together, one table a width."""
    lines = run(["explain", VMREAD]).stdout.splitlines()
    assert lines[0] == VMREAD
    head = [i for i, line in enumerate(lines) if line.split()[1:2] == ["bit"]]
    assert [lines[i].split() for i in head] == [
        [w, "bit", "field", "fault", "returns", "stack", "bytes"] for w in ("64", "32")]
    assert re.search(r"^fastcall +ecx +dl +nothing +0$", "\n".join(lines), re.M)
    assert re.search(r"^stdcall +esp\+0 +esp\+4 +nothing +8, callee pops$", "\n".join(lines), re.M)
    assert [line for line in lines if line.startswith("regparm0, asmlinkage, ")]
    assert len(lines) < 34


def test_explain_parts_of_a_value():
    r = run(["explain", "--abi", "sysv", "void f(struct { double d; long l; } s)"])
    assert re.search(r"^sysv +xmm0 \(bytes 0-7\), rdi \(8-15\) +nothing +0$", r.stdout, re.M)
    wide = run(["explain", "--abi", "sysv", "--profile", "avx", "void f(__m256 v)"])
    assert re.search(r"^sysv +ymm0 ", wide.stdout, re.M)
    silent = run(["explain", "--abi", "regparm3", "--width", "32", "void f(long long a)"]).stdout
    assert "? no document decides [" in silent or re.search(r"^regparm3 +\S", silent, re.M)


@pytest.mark.parametrize("args", (
    [VMREAD, "--profile", "kernel", "--width", "32", "--vs", "asmlinkage"],
    [VMREAD, "--abi", "kernel", "--width", "32", "--vs", "asmlinkage"],
    [VMREAD, "--abi", "kernel", "--width", "32", "--vs", "asmlinkage " + VMREAD],
))
def test_explain_what_changes(args):
    r = run(["explain", *args])
    assert (r.status, r.stderr) == (0, "")
    assert r.stdout == (VMREAD + "\n\n32 bit  kernel -> asmlinkage\n  field        eax -> esp+0\n"
                        "  fault        dl -> esp+4\n  stack bytes  0 -> 8, caller pops\n\n")


def test_explain_change_of_a_prototype():
    r = run(["explain", "int f(int a)", "--vs", "int f(long a, char b)", "--abi", "sysv"])
    assert "64 bit  sysv\n  a            edi -> rdi\n  b            none -> sil\n" in r.stdout
    same = run(["explain", "int f(int a)", "--vs", "int f(unsigned a)", "--abi", "sysv"])
    assert "  nothing changes\n" in same.stdout


def test_explain_reads_files(tmp_path):
    (tmp_path / "p.h").write_text("#define X 1\nint f(int a);\nextern int v;\nlong g(const char *s);\n")
    r = run(["explain", "--abi", "sysv", "p.h"], cwd=tmp_path)
    assert (r.status, r.stderr) == (0, "")
    assert re.search(r"^int f\(int a\)$", r.stdout, re.M)
    assert re.search(r"^long g\(const char \*s\)$", r.stdout, re.M)
    with open(tmp_path / "p.h") as f:
        piped = subprocess.run([program.PROGRAM, "explain", "--abi", "sysv", "-"], stdin=f, text=True,
                               capture_output=True)
    assert piped.stdout == r.stdout
    data = json.loads(run(["explain", "--json", "p.h"], cwd=tmp_path).stdout)
    assert [d["prototype"] for d in data] == ["int f(int a)", "long g(char *s)"]


def test_explain_says_why_nothing():
    fails(["explain", "--abi", "cdecl", "--width", "64", "int f(int a)"], "cdecl exists at 32 bit only")
    fails(["explain", "--abi", "sysv", "int __attribute__((stdcall)) f(int a)"],
          "the prototype's own convention, stdcall, is not among those selected")
    fails(["explain", "--json", "--vs", "ms", "int f(int a)"], "--json does not go with --vs")


def test_explain_bad_prototype():
    r = fails(["explain", "int f(int a"], ":1:12: error: ")
    assert "^" in r.stderr


@pytest.mark.parametrize("line,message", [
    ("known gcc sysv argumnt: x", "unknown check 'argumnt'"),
    ("known gcc sysv calee: x", "unknown check 'calee'"),
    ("known gcc sysw argument: x", "unknown convention 'sysw'"),
])
def test_known_lines_name_what_there_is(tmp_path, line, message):
    (tmp_path / "f.h").write_text(f"//! {line}\nint f(int a);\n")
    r = run(["run", "--cases", "f.h", "--out", "out"], cwd=tmp_path)
    assert (r.status, r.stdout) == (2, "")
    assert r.stderr.startswith(f"f.h:1:5: error: {message}\n"), r.stderr


def test_one_rule():
    r = run(["list", "rules", "regparm.wide"])
    assert (r.status, r.stderr) == (0, "")
    name, where, sentence = r.stdout.splitlines()
    assert name == "regparm.wide" and where.endswith(": silent")
    assert sentence.strip().startswith("nothing says whether or in which registers a 64-bit integer")
    fails(["list", "rules", "regparm.wide", "regparm.wid"],
          "unknown rule 'regparm.wid' (did you mean 'regparm.wide'?)")
