# SPDX-License-Identifier: MIT
"""clobber check on objects as they are built in practice: what they need from elsewhere, what a
program's start does for them, and formats other than a plain ELF object. Each with a function that
conforms and one that does not."""
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import program
from test_check import check, folded

WIDTHS = [64, pytest.param(32, marks=pytest.mark.ia32)]
LOST = "callee-saved: {} after the call"
SAVED = {64: "rbx", 32: "ebx"}


def build(folder: Path, name: str, text: str, width: int = 64, compiler: str = "gcc",
          flags: str = "-O1") -> Path:
    """An object of C, or of assembly (nasm: .asm, the compiler's: .S)."""
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler}")
    source, out = folder / name, folder / f"{Path(name).stem}.o"
    out.parent.mkdir(exist_ok=True, parents=True)
    source.write_text(text)
    subprocess.run([compiler, f"-m{width}", "-ffreestanding", *flags.split(), "-c", "-o", out,
                    source], check=True)
    return out


def nasm(folder: Path, name: str, text: str, kind: str = "elf64") -> Path:
    source, out = folder / f"{name}.asm", folder / f"{name}.o"
    source.write_text(re.sub("^ ", "\t", text, flags=re.M) + "\n")
    subprocess.run(["nasm", "-f", kind, "-o", out, source], check=True)
    return out


def native(width: int) -> None:
    if program.where(width) != "native":
        pytest.skip(f"no {width}-bit processes here")


def verdicts(r: program.Result) -> dict[str, str]:
    return {name: word for word, name in
            re.findall(r"^(pass|violation|crash|not-run|divergence|timeout) +\w+/(\w+)(?:  \d.*)?$", r.stdout,
                       re.M)}


# What a start does -----------------------------------------------------------------------------

INDIRECT = """
 .text
 .globl good, bad, through
 .type kept,@function
kept: {move}
 ret
 .type lost,@function
lost: {move}
 mov $1, %{reg}
 ret
 .type good,@gnu_indirect_function
good: lea {kept}, %{ax}
 ret
 .type bad,@gnu_indirect_function
bad: lea {lost}, %{ax}
 ret
 .type through,@function
through: jmp bad
 .section .note.GNU-stack,"",@progbits
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_indirect_functions(width, tmp_path):
    native(width)
    of = {64: dict(move="mov %edi, %eax", ax="rax", kept="kept(%rip)", lost="lost(%rip)",
                   reg="ebx"),
          32: dict(move="mov 4(%esp), %eax", ax="eax", kept="kept", lost="lost", reg="ebx")}
    build(tmp_path, "f.S", INDIRECT.format(**of[width]), width)
    r = check(tmp_path, "f.o", *(x for f in ("good", "bad", "through")
                                 for x in ("--proto", f"int {f}(int a)", "--note", f"{f}: returns a")))
    assert verdicts(r) == {"good": "pass", "bad": "violation", "through": "violation"}, r.stdout
    assert LOST.format(SAVED[width]) in folded(r.stdout)


THREAD = """
__thread int seven = 7;
static __thread int counted;
int get(void) { return seven; }
int count(int a) { counted += a; return counted; }
int bad(int a) { __asm__ volatile("mov $1, %%ebx" ::: ); return seven + a; }
"""


@pytest.mark.parametrize("flags", ["-O1", "-O1 -fPIC", "-O1 -fPIC -mtls-dialect=gnu2",
                                   "-O1 -ftls-model=initial-exec"])
@pytest.mark.parametrize("width", WIDTHS)
def test_thread_local(width, flags, tmp_path):
    native(width)
    build(tmp_path, "f.c", THREAD, width, flags=flags + " -fomit-frame-pointer")
    r = check(tmp_path, "f.o", "--proto", "int get(void)", "--note", "get: returns 7", "--proto",
              "int count(int a)", "--note", "count: returns a", "--proto", "int bad(int a)")
    got = verdicts(r)
    # Variables are as at the start of a program in each call.
    assert (got["get"], got["count"]) == ("pass", "pass"), r.stdout
    # A function that saves rbx for its own use loses nothing.
    assert got["bad"] == "violation" or "PIC" in flags, r.stdout
    r = check(tmp_path, "f.o", "--proto", "int get(void)", "--note", "returns 8")
    assert "which is 8, got 0x00000007" in folded(r.stdout)


PROTECTED = "int f(const int *p) {{ volatile int b[4]; for (int i = 0; i < 4; i++) b[i] = p[i];" \
            " {} return b[0]; }}"


@pytest.mark.parametrize("width", WIDTHS)
def test_stack_protector(width, tmp_path):
    native(width)
    flags = "-O1 -fstack-protector-all"
    build(tmp_path, "f.c", PROTECTED.format(""), width, flags=flags)
    r = check(tmp_path, "f.o", "--proto", "int f(const int *p)")
    assert verdicts(r) == {"f": "pass"}, r.stdout
    build(tmp_path, "f.c", PROTECTED.format("((volatile char *)b)[16 + 8] ^= 1;"
                                            "((volatile char *)b)[16] ^= 1;"), width, flags=flags)
    r = check(tmp_path, "f.o", "--proto", "int f(const int *p)", "--note", "arg p buf 16")
    assert r.status == 1, r.stdout


CONSTRUCTED = """
static int (*step)(int);
static int one(int a) { return a + 1; }
static int two(int a) { __asm__ volatile("mov $1, %%ebx" ::: ); return a + 2; }
__attribute__((constructor(200))) static void first(void) { step = one; }
__attribute__((constructor)) static void up(void) { if (step == one) step = SECOND; }
int f(int a) { return step(a); }
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_constructors(width, tmp_path):
    native(width)
    for second, want in (("one", "pass"), ("two", "violation")):
        build(tmp_path, "f.c", CONSTRUCTED.replace("SECOND", second), width)
        r = check(tmp_path, "f.o", "--proto", "int f(int a)")
        assert verdicts(r) == {"f": want}, r.stdout


def test_init_fragments(tmp_path):
    """OpenSSL's way: calls in .init, which has no end of its own."""
    nasm(tmp_path, "f", """ global f, setup
 extern getenv
 section .init progbits alloc exec nowrite
 call setup
 section .text
setup: test rsp, 15
 jz .bad
 push rax
 lea rdi, [rel name]
 call getenv
 pop rcx
 mov dword [rel ready], 1
.bad: ret
f: mov eax, [rel ready]
 ret
 section .data
ready: dd 0
name: db "X", 0
 section .note.GNU-stack noalloc noexec nowrite progbits""")
    r = check(tmp_path, "f.o", "--proto", "int f(void)", "--note", "returns 1")
    assert verdicts(r) == {"f": "pass"}, r.stdout


# What nothing defines --------------------------------------------------------------------------

NEEDS = """
extern int memcmp(const void *, const void *, unsigned long), data[4], strlen(const char *);
extern void abort(void), *malloc(unsigned long), *memcpy(void *, const void *, unsigned long);
extern int weak __attribute__((weak)), (*pointer)(int);
int compares(const char *p) { return memcmp(p, "abc", 3) < 0; }
int copies(char *d, const char *s) { memcpy(d, s, 8); return d[0] == s[0] ? 5 : 6; }
int gives_up(int a) { if (a == 5) abort(); return a; }
int always(int a) { (void)a; abort(); return 0; }
int reads(int a) { return data[a & 3]; }
int calls(int a) { return pointer(a); }
void *allocates(int a) { return malloc(a); }
int may(int a) { return &weak ? weak : a; }
int plain(int a) { return a; }
"""
NEEDS_HEADER = """
int compares(const char *p); int copies(char *d, const char *s); int gives_up(int a);
int always(int a); int reads(int a); int calls(int a); void *allocates(int a); int may(int a);
int plain(int a);
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_undefined_symbols(width, tmp_path):
    build(tmp_path, "f.c", NEEDS, width, flags="-O1 -fno-builtin -fno-pic")
    (tmp_path / "f.h").write_text(NEEDS_HEADER)
    r = check(tmp_path, "f.o", "--header", "f.h", place=program.where(width))
    assert verdicts(r) == {"compares": "pass", "copies": "pass", "gives_up": "pass",
                           "always": "not-run", "reads": "not-run", "calls": "not-run",
                           "allocates": "not-run", "may": "pass", "plain": "pass"}, r.stdout
    text = folded(r.stdout)
    for needed in ("the call needs data", "the call needs pointer", "the call needs malloc",
                   "each call: expected returns, got a call of abort"):
        assert needed in text, needed


def test_built_in_functions_destroy(tmp_path):
    """What relies on registers that memcpy may change is wrong, whatever memcpy there is."""
    head = " global f\n extern memcpy\n section .text\n"
    tail = "\n section .note.GNU-stack noalloc noexec nowrite progbits"
    nasm(tmp_path, "f", head + "f: push rbx\n mov rbx, rdi\n mov edx, 8\n call memcpy\n"
         " mov rax, rbx\n pop rbx\n ret" + tail)
    proto = ("--proto", "void *f(void *d, const void *s)", "--note", "returns d")
    assert verdicts(check(tmp_path, "f.o", *proto)) == {"f": "pass"}
    nasm(tmp_path, "f", head + "f: sub rsp, 8\n mov edx, 8\n call memcpy\n"
         " lea rax, [rdi-8]\n add rsp, 8\n ret" + tail)
    r = check(tmp_path, "f.o", *proto)
    assert verdicts(r) == {"f": "violation"}, r.stdout


# Forms of objects ------------------------------------------------------------------------------

KEEPS = "int {0}(int a) {{ return a + 1; }}"
LOSES = 'int {0}(int a) {{ __asm__ volatile("mov $1, %%ebx" ::: ); return a + 1; }}'


def two_objects(folder: Path, width: int = 64) -> None:
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    build(folder / "a", "cpu.c", KEEPS.format("good"), width)
    build(folder / "b", "cpu.c", LOSES.format("bad"), width)


BOTH = ("--proto", "int good(int a)", "--proto", "int bad(int a)")


@pytest.mark.parametrize("flags", ["qcs", "qcsT"], ids=["two-of-a-name", "thin"])
def test_archives(flags, tmp_path):
    two_objects(tmp_path)
    subprocess.run(["ar", flags, "lib.a", "a/cpu.o", "b/cpu.o"], cwd=tmp_path, check=True)
    r = check(tmp_path, "lib.a", *BOTH)
    assert verdicts(r) == {"good": "pass", "bad": "violation"}, r.stdout + r.stderr
    assert "clobber check lib.a --proto" in folded(r.stdout)


def test_folder(tmp_path):
    two_objects(tmp_path)
    r = check(tmp_path, ".", *BOTH)
    assert verdicts(r) == {"good": "pass", "bad": "violation"}, r.stdout + r.stderr
    (tmp_path / "empty").mkdir()
    r = check(tmp_path, "empty", *BOTH)
    assert (r.status, r.stderr) == (2, "clobber: check: empty is a folder without objects "
                                       "(*.o, *.obj)\n")


SHARED = THREAD + """
extern int getpid(void), environ_like;
static int table[] = { 1, 2, 3, 4 };
static int *const pointers[] = { table + 3, table };
int through_got(int a) { return *pointers[a & 1]; }
int needs(int a) { return getpid() + a; }
int via_data(int a) { return environ_like + a; }
static int choose_a(int a) { return a; }
static void *resolver(void) { return choose_a; }
int chosen(int a) __attribute__((ifunc("resolver")));
int uses(int a) { return chosen(a) + through_got(a); }
static int ready;
__attribute__((constructor)) static void up(void) { ready = 3; }
int get_ready(void) { return ready; }
"""
SHARED_HEADER = """
int get(void); int count(int a); int bad(int a); int through_got(int a); int needs(int a);
int via_data(int a); int chosen(int a); int uses(int a); int get_ready(void);
"""


@pytest.mark.parametrize("flags", ["-O1", "-O1 -mtls-dialect=gnu2 -Wl,-z,pack-relative-relocs",
                                   "-O0 -Wl,-z,now"])
@pytest.mark.parametrize("width", WIDTHS)
def test_shared_object(width, flags, tmp_path):
    native(width)
    source = tmp_path / "f.c"
    source.write_text(SHARED)
    (tmp_path / "f.h").write_text(SHARED_HEADER)
    p = subprocess.run(["gcc", f"-m{width}", "-shared", "-fPIC", "-nostdlib", *flags.split(), "-o",
                        "libf.so", source.name], cwd=tmp_path, capture_output=True, text=True)
    if p.returncode:
        pytest.skip("the linker cannot: " + p.stderr.splitlines()[-1])
    r = check(tmp_path, "libf.so", "--header", "f.h", "--note", "get: returns 7", "--note",
              "get_ready: returns 3", "--note", "count: returns a", "--note", "chosen: returns a")
    got = verdicts(r)
    bad = got.pop("bad")
    assert got == {"get": "pass", "count": "pass", "through_got": "pass", "needs": "not-run",
                   "via_data": "not-run", "chosen": "pass", "uses": "pass", "get_ready": "pass"}, \
        r.stdout + r.stderr
    assert bad in ("pass", "violation", "crash")  # by what uses ebx for itself
    source.write_text(SHARED + LOSES.format("loses"))
    subprocess.run(["gcc", f"-m{width}", "-shared", "-fPIC", "-nostdlib", "-O1", "-o", "libf.so",
                    source.name], cwd=tmp_path, check=True)
    r = check(tmp_path, "libf.so", "--proto", "int loses(int a)")
    assert verdicts(r) == {"loses": "violation"} and LOST.format(SAVED[width]) in folded(r.stdout)


@pytest.mark.parametrize("compiler, flags, words", [
    ("gcc", "-flto", "holds gcc's intermediate code for link-time optimisation (LTO), no machine "
                     "code: compile without -flto, or with -ffat-lto-objects"),
    ("clang", "-flto", "holds LLVM's intermediate code for link-time optimisation (LTO), no machine"
                       " code: compile without -flto")])
def test_lto(compiler, flags, words, tmp_path):
    build(tmp_path, "f.c", KEEPS.format("f"), compiler=compiler, flags=flags)
    r = check(tmp_path, "f.o", "--proto", "int f(int a)")
    assert (r.status, r.stderr) == (2, f"clobber: check: f.o {words}\n")
    subprocess.run(["ar", "qcs", "lib.a", "f.o"], cwd=tmp_path, check=True, capture_output=True)
    r = check(tmp_path, "lib.a", "--proto", "int f(int a)")
    assert r.status == 2 and "lib.a(f.o) holds intermediate code for link-time" in r.stderr


def test_fat_lto(tmp_path):
    build(tmp_path, "f.c", KEEPS.format("f"), flags="-O1 -flto -ffat-lto-objects")
    assert verdicts(check(tmp_path, "f.o", "--proto", "int f(int a)")) == {"f": "pass"}


# Objects of Windows ----------------------------------------------------------------------------

WINDOWS = """ global good, lost7, home, room, table, compares, image
 extern other
 section .rdata rdata
values: dd 1, 2, 3, 4
 section .text
good: sub rsp, 24
 movups [rsp], xmm7
 pxor xmm7, xmm7
 movups xmm7, [rsp]
 lea eax, [rcx+rdx]
 add rsp, 24
 ret
lost7: pxor xmm7, xmm7
 lea eax, [rcx+rdx]
 ret
table: and ecx, 3
 lea rax, [rel values]
 mov eax, [rax+rcx*4]
 ret
compares: cmp dword [rel values+4], 2 ; an immediate behind the displacement: REL32_1
 jne .bad
 cmp dword [rel values+8], 3000000 ; REL32_4
 je .bad
 mov eax, ecx
 ret
.bad: ud2
room: sub rsp, 40
 call other
 add rsp, 40
 ret
home: sub rsp, 8
 call other
 add rsp, 8
 ret
"""


def test_coff_64(tmp_path):
    nasm(tmp_path, "w", WINDOWS, "win64")
    r = check(tmp_path, "w.o", "--proto", "int good(int a, int b)", "--proto",
              "int lost7(int a, int b)", "--proto", "int table(int i)", "--proto",
              "int compares(int a)", "--note", "returns a")
    assert verdicts(r) == {"good": "pass", "lost7": "violation", "table": "pass",
                           "compares": "pass"}, r.stdout + r.stderr
    text = folded(r.stdout)
    assert "ms/lost7" in text and LOST.format("xmm7") in text and "xmm6 to xmm15" in text
    (tmp_path / "w.h").write_text("//! calls other(any) returns any\nint room(int a);\n"
                                  "//! calls other(any) returns any\nint home(int a);\n"
                                  "int other(int a);\n")
    r = check(tmp_path, "w.o", "--contract", "w.h")
    assert verdicts(r) == {"room": "pass", "home": "violation"}, r.stdout
    assert "home area of other, 32 bytes above its return address" in folded(r.stdout)


NARROW = """ global _good, @fast@8, _standard@8, _lost
 section .text
_good: mov eax, [esp+4]
 ret
_lost: mov eax, [esp+4]
 mov esi, 1
 ret
@fast@8: lea eax, [ecx+edx]
 ret
_standard@8: mov eax, [esp+4]
 ret 8
"""


@pytest.mark.ia32
def test_coff_32(tmp_path):
    nasm(tmp_path, "w", NARROW, "win32")
    r = check(tmp_path, "w.o", "--proto", "int good(int a)", "--proto", "int lost(int a)",
              "--proto", "__attribute__((fastcall)) int fast(int a, int b)",
              "--proto", "__attribute__((stdcall)) int standard(int a, int b)",
              place=program.where(32))
    assert verdicts(r) == {"good": "pass", "lost": "violation", "fast": "pass",
                           "standard": "pass"}, r.stdout + r.stderr
    assert LOST.format("esi") in folded(r.stdout)


COMPILED = """
static int counter;
extern int other(int);
double values[4] = { 1, 2, 3, 4 };
int wide(int a, long b) { counter++; return a + (int)b; }
double d(double x, int i) { return x * values[i & 3]; }
long long big(int n) { volatile char b[20000]; for (int i = 0; i < 20000; i++) b[i] = n;
	return b[n & 1023]; }
int choice(int a) { switch (a) { case 0: return 4; case 1: return 99; case 2: return -3;
	case 3: return 17; case 4: return other(3); case 5: return 77; default: return a; } }
int other(int a) { return a * 3; }
long extends(long a) { return a; }
"""
COMPILED_HEADER = """
int wide(int a, long b); double d(double x, int i); long long big(int n); int choice(int a);
int other(int a); long extends(long a);
"""


@pytest.mark.parametrize("compiler", [
    "x86_64-w64-mingw32-gcc -O2", "x86_64-w64-mingw32-gcc -O0",
    "clang --target=x86_64-pc-windows-gnu -O2", "clang --target=x86_64-pc-windows-msvc -O2",
    pytest.param("i686-w64-mingw32-gcc -O2", marks=pytest.mark.ia32),
    pytest.param("clang --target=i686-pc-windows-gnu -O2", marks=pytest.mark.ia32)])
def test_compilers_of_windows(compiler, tmp_path):
    command, *flags = compiler.split()
    width = 32 if "i686" in compiler else 64
    if not shutil.which(command):
        pytest.skip(f"no {command}")
    (tmp_path / "f.c").write_text(COMPILED)
    (tmp_path / "f.h").write_text(COMPILED_HEADER)
    subprocess.run([command, *flags, "-c", "f.c", "-o", "f.obj"], cwd=tmp_path, check=True)
    r = check(tmp_path, "f.obj", "--header", "f.h", "--note", "extends: returns a",
              place=program.where(width))
    assert set(verdicts(r).values()) == {"pass"}, r.stdout + r.stderr
    assert len(verdicts(r)) == 6
    subprocess.run(["ar", "qcs", "lib.a", "f.obj"], cwd=tmp_path, check=True)
    r = check(tmp_path, "lib.a", "--proto", "int wide(int a, long b)", place=program.where(width))
    assert verdicts(r) == {"wide": "pass"}, r.stdout + r.stderr


def test_coff_refusals(tmp_path):
    o = nasm(tmp_path, "w", WINDOWS, "win64")
    data = o.read_bytes()
    (tmp_path / "short.obj").write_bytes(data[:200])
    r = check(tmp_path, "short.obj", "--proto", "int good(int a, int b)")
    assert r.status == 2 and "short.obj is corrupt or truncated" in r.stderr
    (tmp_path / "import.lib").write_bytes(b"\0\0\xff\xff" + data)
    r = check(tmp_path, "import.lib", "--proto", "int good(int a, int b)")
    assert r.status == 2 and "is an import library" in r.stderr


VARIANTS = """
 .text
 .globl f, f_plain, f_lost
 .type f_plain,@function
f_plain: mov %edi, %eax
 ret
 .type f_lost,@function
f_lost: mov %edi, %eax
 mov $1, %ebx
 ret
 .type f,@gnu_indirect_function
f: lea f_plain(%rip), %rax
 test %rax, %rax
 jnz 1f
 lea f_lost(%rip), %rax
1: ret
 .size f, .-f
 .section .note.GNU-stack,"",@progbits
"""


def test_variants_of_an_indirect_function(tmp_path):
    """All functions that it may be are held against its prototype, whichever is chosen here."""
    build(tmp_path, "f.S", VARIANTS)
    r = check(tmp_path, "f.o", "--proto", "int f(int a)", "--note", "returns a")
    assert verdicts(r) == {"f": "pass", "f_plain": "pass", "f_lost": "violation"}, r.stdout
    assert LOST.format("rbx") in folded(r.stdout)


def test_many_functions(tmp_path):
    """Judged several at a time; each in a process of its own, told in the order they have."""
    lines, declared = [], []
    for i in range(60):
        lines.append(f" global f{i}\nf{i}: mov eax, {i}" +
                     {7: "\n xor ebx, ebx", 33: "\n ud2", 51: "\n jmp $"}.get(i, "") + "\n ret")
        declared.append(f"int f{i}(void);")
    nasm(tmp_path, "f", " section .text\n" + "\n".join(lines) +
         "\n section .note.GNU-stack noalloc noexec nowrite progbits")
    (tmp_path / "f.h").write_text("\n".join(declared))
    results = [check(tmp_path, "f.o", "--header", "f.h") for _ in range(2)]
    assert results[0] == results[1]
    got = verdicts(results[0])
    assert list(got) == [f"f{i}" for i in range(60)]
    assert {k: v for k, v in got.items() if v != "pass"} == {"f7": "violation", "f33": "crash",
                                                             "f51": "timeout"}


def test_runtime_is_out_of_reach(tmp_path):
    """Code under test may not link against what judges it; other names that begin alike are any names."""
    text = ("bits 64\nglobal f\nextern {0}\nsection .text\nf: lea rax, [rel {0}]\n mov rax, [rax]\n ret\n"
            "section .note.GNU-stack noalloc noexec nowrite progbits")
    for name in ("cl_before_image", "cl_result"):
        r = check(tmp_path, nasm(tmp_path, name, text.format(name)), "--proto", "long f(void)")
        assert r.status == 2 and f"it needs `{name}'" in r.stderr and "clobber's own runtime" in r.stderr
    r = check(tmp_path, nasm(tmp_path, "other", text.format("cl_else")), "--proto", "long f(void)")
    assert "needs cl_else" in folded(r.stdout)


def test_five_hundred_functions_of_an_archive(tmp_path):
    """Each has one line of its own, in the order of their declarations, whichever process judged it."""
    members, each = 10, 50
    names = [f"f{n}" for n in range(members * each)]
    bodies = {0: "mov ebx, edi", 17: "ud2", 33: "std"}  # of every fifty; others are well
    found = {0: "violation", 17: "crash", 33: "violation"}
    text = ["global " + ", ".join(names[m * each:(m + 1) * each]) + "\n" + "".join(
        f"f{m * each + k}: {bodies.get(k, 'nop')}\n lea eax, [rdi+{k}]\n ret\n"
        for k in range(each)) for m in range(members)]
    objects = [nasm(tmp_path, f"m{m}", t).name for m, t in enumerate(text)]
    subprocess.run(["ar", "rcs", "all.a", *objects], cwd=tmp_path, check=True)
    (tmp_path / "all.h").write_text("".join(f"int {n}(int a);\n" for n in names))
    expected = {n: found.get(i % each, "pass") for i, n in enumerate(names)}
    r = check(tmp_path, "all.a", "--header", "all.h", "--calls", "20")
    assert re.findall(r"^(\w+) +sysv/(\w+)  \d+ calls", r.stdout, re.M) == [
        (expected[n], n) for n in names]
    assert r.status == 1 and "500 functions: 10 crash, 20 violation, 470 pass" in r.stdout
    r = check(tmp_path, "all.a", "--header", "all.h", "--calls", "20", "--format", "json")
    functions = json.loads(r.stdout)["functions"]
    assert [f["name"] for f in functions] == names
    assert {f["name"]: f["verdict"] for f in functions} == expected
    assert all(len(f["findings"]) == (f["verdict"] != "pass") for f in functions)
