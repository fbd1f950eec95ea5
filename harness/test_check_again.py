# SPDX-License-Identifier: MIT
"""clobber check: equal calls, independent inputs, each finding with its own call, nothing skipped in
silence. What is handed in under inputs/check was once judged wrongly."""
import re
import subprocess
from pathlib import Path

import pytest

import program
from test_check import assemble, check, folded

INPUTS = Path(__file__).parent / "inputs" / "check"


def handed(folder: Path, name: str) -> Path:
    out = folder / (Path(name).stem + ".o")
    subprocess.run(["nasm", "-f", "elf64", "-o", out, INPUTS / name], check=True)
    return out


def findings(r: program.Result) -> list[str]:
    """Each as one line."""
    return [" ".join(b.split()) for b in
            re.findall(r"^[a-z-]+  [a-z0-9]+/\w+  .+\n((?:  .*\n)+)", r.stdout, re.M)]


def hold(tmp_path, name, *args, status=1):
    o = handed(tmp_path, name)
    r = check(tmp_path, o.name, *args)
    assert r.status == status and r.stderr == "", r.stdout + r.stderr
    return findings(r)


def proto(text, *notes):
    return ["--proto", text, *(a for n in notes for a in ("--note", n))]


def test_result_never_set(tmp_path):
    said, = hold(tmp_path, "result-never-set/noret.asm", *proto("int noret(int a)"))
    assert "return: never set: the return value (int)" in said and "sysv.return" in said
    hold(tmp_path, "result-never-set/noret.asm", *proto("void noret(int a)"), status=0)


def test_memory_return_never_written(tmp_path):
    said, = hold(tmp_path, "memory-return-never-written/nofill.asm", "--contract",
                 INPUTS / "memory-return-never-written/proto.h")
    assert "return: never set: the return value (struct b4): expected written, from byte 0" in said


def test_wrong_argument_place(tmp_path):
    said = hold(tmp_path, "wrong-argument-place/wrong.asm", "--contract",
                INPUTS / "wrong-argument-place/proto.h")
    assert len(said) == 2
    assert "int wrongreg(" in said[0] and "depends on rdx" in said[0]
    assert "int usefl(" in said[1] and "depends on CF at entry" in said[1]


def test_upper_bits_without_a_fault(tmp_path):
    said, = hold(tmp_path, "upper-bits-silent/flag.asm", "--contract",
                 INPUTS / "upper-bits-silent/proto.h")
    assert "upper-bits: next" in said and "extended to 64 bits" in said


DEPENDS = {
    "rdx": ("int f(int a, int b)", "lea eax, [rdi+rdx]", "lea eax, [rdi+rsi]"),
    "CF at entry": ("int f(int n)", "setc al\n movzx eax, al", "xor eax, eax"),
    "ZF at entry": ("int f(int n)", "setz al\n movzx eax, al", "xor eax, eax"),
    "OF at entry": ("int f(int n)", "seto al\n movzx eax, al", "xor eax, eax"),
    "the stack word at rsp+16": ("long f(long a, long b, long c, long d, long e, long g, long h)",
                                 "mov rax, [rsp+16]", "mov rax, [rsp+8]"),
    "the stack word at rsp+120": ("long f(long a)", "mov rax, [rsp+120]", "mov rax, rdi"),
    "what was on the stack below rsp": ("long f(long a)", "mov rax, [rsp-40]",
                                        "mov [rsp-40], rdi\n mov rax, [rsp-40]"),
    "xmm7": ("float f(float x)", "addss xmm0, xmm7", "addss xmm0, xmm0"),
    "what is above it": ("float f(float x)", "movhlps xmm1, xmm0\n movss xmm0, xmm1", "ret"),
    "the status bits of mxcsr at entry": (
        "int f(void)", "stmxcsr [rsp-8]\n mov eax, [rsp-8]\n and eax, 0x3f",
        "stmxcsr [rsp-8]\n mov eax, [rsp-8]\n and eax, 0xffc0"),
    "the x87 status word": ("int f(void)", "fnstsw ax\n movzx eax, ax", "xor eax, eax"),
    "memory beside argument p": ("//! arg p buf 24\nint f(const int *p)", "mov eax, edi\n and eax, "
                                 "4095\n cmp eax, 4096 - 32\n jae .n\n mov eax, [rdi+24]\n ret\n"
                                 ".n: xor eax, eax", "mov eax, [rdi+20]"),
    "the padding of argument a": (
        "struct s { char c; int i; };\nlong f(struct s a)", "mov rax, rdi\n and eax, 0xffff",
        "movzx eax, dil"),
    "a called function left in rcx": (
        "long f(void (*g)(void))", "push rdi\n call rdi\n mov rax, rcx\n pop rdi",
        "push rdi\n call rdi\n xor eax, eax\n pop rdi"),
}


@pytest.mark.parametrize("source", DEPENDS)
def test_depends(source, tmp_path):
    declared, bad, good = DEPENDS[source]
    (tmp_path / "c.h").write_text(declared + ";\n")
    for code, status in ((bad, 1), (good, 0)):
        assemble(tmp_path, f"f: {code}\n ret", 64)
        r = check(tmp_path, "f.o", "--contract", "c.h")
        assert r.status == status, r.stdout
        if status:
            said, = findings(r)
            assert said.startswith("c.h:") and "depends: the return value" in said, said
            assert re.search(rf"it depends on .*{re.escape(source)}", said), said


@pytest.mark.parametrize("what,code", {
    "memory at p + 8": "mov [rdi+8], rcx",
    "the object's own data": "mov [rel x], rcx",
    "argument 1 of a function it calls": "push rsi\n mov rdi, rcx\n call rsi\n pop rsi",
    "what it calls": "test ecx, 1\n jz .r\n push rsi\n xor edi, edi\n call rsi\n pop rsi\n.r:",
    "whether it returns": "cmp ecx, 0\n jne .r\n ud2\n.r:",
}.items())
def test_what_depends(what, code, tmp_path):
    assemble(tmp_path, f"f: {code}\n ret\n section .data\nx: dq 5", 64)
    r = check(tmp_path, "f.o", *proto("void f(long *p, void (*g)(long))", "arg p buf 16"))
    assert r.status == 1, r.stdout
    said = [s for s in findings(r) if "depends: " in s]
    assert len(said) == 1 and f"depends: {what}" in said[0] and "depends on rcx" in said[0], said


@pytest.mark.parametrize("code", [
    "f: mov [rdi], rbx\n mov [rdi+8], rbp\n mov [rdi+16], rsp\n xor eax, eax\n ret",  # as setjmp
    "f: mov eax, [rel x]\n inc dword [rel x]\n ret\n section .data\nx: dd 0",  # a state of its own
    "f: mov eax, [rel x]\n inc dword [rel x]\n ret\n section .bss\nx: resb 4",
    "f: rdtsc\n ret",
    "f: sub rsp, 24\n mov [rsp+8], rcx\n add rsp, 24\n xor eax, eax\n ret"])
def test_what_may_differ(code, tmp_path):
    assemble(tmp_path, code, 64)
    r = check(tmp_path, "f.o", *proto("int f(long *p)", "arg p buf 64"))
    assert r.status == 0, r.stdout


def test_depends_lines(tmp_path):
    assemble(tmp_path, "f: lea rax, [rdi+rdx]\n adc rax, [rsp+24]\n ret", 64)
    for notes, status in ((["depends on dx, flags, stack"], 0), (["depends on dx stack"], 1),
                          (["depends on clock"], 0), ([], 1)):
        r = check(tmp_path, "f.o", *proto("long f(long a)", *notes))
        assert r.status == status, r.stdout
    r = check(tmp_path, "f.o", *proto("long f(long a)", "depends on moon"))
    assert r.status == 2 and "a register, `flags', `vectors'" in r.stderr


# --------------------------------------------------------------------------------------------------

def test_all_pairs(tmp_path):
    sets = ("arg w one of 4, 8, 16", "arg h one of 4, 8, 16")
    said, = hold(tmp_path, "combinations/combo.asm", *proto("void cb2(int w, int h)", *sets))
    assert "called as cb2(w = 4, h = 16)" in said
    said, = hold(tmp_path, "combinations/combo.asm",
                 *proto("void cb3(int w, int h, int mx)", *sets, "arg mx from 0 to 7"))
    assert "called as cb3(w = 8, h = 4, mx = 3)" in said


def test_every_pair(tmp_path):
    """8 x 8 values: each of the 64 pairs, for other seeds too."""
    code = "".join(f" global p{i}\np{i}: cmp edi, {i // 8}\n jne .r\n cmp esi, {i % 8}\n jne .r\n"
                   " mov rbx, 1\n.r: ret\n" for i in range(64))
    assemble(tmp_path, "f: ret\n" + code, 64)
    (tmp_path / "c.h").write_text("".join(
        f"//! arg a from 0 to 7\n//! arg b from 0 to 7\nvoid p{i}(int a, int b);\n"
        for i in range(64)))
    for seed in ("1", "2"):
        r = check(tmp_path, "f.o", "--contract", "c.h", "--seed", seed)
        assert "64 functions: 64 violation" in r.stdout


@pytest.mark.parametrize("name", ["rodd", "reven", "rodd2", "reven2", "uodd", "ueven"])
@pytest.mark.parametrize("most", [15, 63, 64])
def test_lengths_and_places_are_independent(name, most, tmp_path):
    decl = (f"void {name}(const char *p, const char *q, size_t n)" if name.endswith("2") else
            f"void {name}(const char *p, size_t n)")
    of = "p, q" if name.endswith("2") else "p"
    said, = hold(tmp_path, "combinations/par.asm", *proto(decl, f"arg n len {most} of {of}"))
    assert "before p" in said if name[0] == "u" else "behind its" in said


def test_strings_of_unequal_length(tmp_path):
    assemble(tmp_path, """f: xor eax, eax
.l: mov cl, [rdi]
 mov dl, [rsi]
 inc rdi
 inc rsi
 test cl, cl
 jz .e
 test dl, dl
 jnz .l
.bad: xor ebx, ebx
 ret
.e: test dl, dl
 jnz .bad
 ret""", 64)
    strings = ("arg s nul-terminated 50", "arg t nul-terminated 50")
    r = check(tmp_path, "f.o", *proto("int f(const char *s, const char *t)", *strings))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout


@pytest.mark.parametrize("name", ["dblrare", "dblzero"])
def test_float_special_values(name, tmp_path):
    said, = hold(tmp_path, "float-special-values/nan.asm", *proto(f"double {name}(double x)"))
    assert "callee-saved: rbx" in said


def test_overlapping_buffers(tmp_path):
    said, = hold(tmp_path, "overlapping-buffers/stdf.asm", "--contract",
                 INPUTS / "overlapping-buffers/proto.h")
    assert "direction-flag" in said
    declared = "void mv(unsigned char *restrict dst, const unsigned char *restrict src, unsigned long n)"
    hold(tmp_path, "overlapping-buffers/stdf.asm", *proto(declared, "arg n len of dst, src"), status=0)
    said, = hold(tmp_path, "overlapping-buffers/stdf.asm", *proto(declared.replace("restrict", "")))
    assert "direction-flag" in said


def test_overlapping_is_no_excuse_for_accusations(tmp_path):
    """A copy that reads what it wrote, and one that would loop for ever."""
    assemble(tmp_path, "f: mov rcx, rdx\n rep movsb\n ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(char *d, const char *s, long n)", "arg n len of d, s"))
    assert r.status == 0, r.stdout
    assemble(tmp_path, "f: mov al, [rsi]\n cmp al, 1\n je f\n mov byte [rdi], 1\n cmp byte [rsi], 1\n"
             " je .x\n ret\n.x: ud2", 64)
    r = check(tmp_path, "f.o", *proto("void f(char *d, const char *s)", "arg d buf 1", "arg s buf 1",
                                      "arg s holds zeros"))
    assert r.status == 0, r.stdout


def test_lengths_above_64(tmp_path):
    said, = hold(tmp_path, "default-length/len.asm",
                 *proto("void blk(unsigned char *p, unsigned long n)"))
    assert "callee-saved: rbx" in said


def test_emms_at_return(tmp_path):
    said, = hold(tmp_path, "emms-at-return/emms.asm", "--contract", INPUTS / "emms-at-return/proto.h")
    assert "x87-mode" in said
    (tmp_path / "p.h").write_text("//! leaves mmx\n" + (INPUTS / "emms-at-return/proto.h").read_text())
    hold(tmp_path, "emms-at-return/emms.asm", "--contract", "p.h", status=0)


def test_iret(tmp_path):
    said = hold(tmp_path, "iret-entry/isr.asm", "--contract", INPUTS / "iret-entry/isr.h")
    assert any("a line `entered by interrupt' enters it as one does" in s for s in said), said
    text = (INPUTS / "iret-entry/isr.h").read_text()
    (tmp_path / "isr.h").write_text(text.replace("//! keeps all", "//! entered by interrupt"))
    said = hold(tmp_path, "iret-entry/isr.asm", "--contract", "isr.h")
    assert [re.search("callee-saved: (r[0-9]+) after", s)[1] for s in said] == ["r8", "r9", "r10", "r11"]


def test_home_area(tmp_path):
    said = hold(tmp_path, "shadow-space/sh.asm", "--contract", INPUTS / "shadow-space/sh.h")
    home, = (s for s in said if "home area of cbm" in s)
    assert "calls: home area of cbm, 32 bytes above its return address: expected below the return " \
        "address of wrapm, got 8 bytes left there" in home and "rule ms." in home
    assert not any("fault: " in s for s in said), said
    assemble(tmp_path, "extern cbm\nf: push rbx\n sub rsp, 32\n mov ebx, ecx\n call cbm\n add eax, ebx\n"
             " add rsp, 32\n pop rbx\n ret", 64)
    (tmp_path / "sh.h").write_text((INPUTS / "shadow-space/sh.h").read_text().replace("wrapm", "f"))
    assert check(tmp_path, "f.o", "--contract", "sh.h").status == 0


@pytest.mark.parametrize("far", [136, 60000, 65536, 200000])
def test_writes_far_below_the_stack(far, tmp_path):
    assemble(tmp_path, f"f: mov qword [rsp-{far}], 1\n mov [rel x], rdi\n mov [rel y], rdi\n ret\n"
             " section .data\nx: dq 1\n section .bss\ny: resq 1", 64)
    r = check(tmp_path, "f.o", *proto("void f(long a)"), "--step")
    assert r.status == 1 and f"8 bytes at rsp-{far}" in folded(r.stdout), r.stdout
    assert r.stdout.count("stack-write: at") == 1


def test_own_calls_inputs(tmp_path):
    said = hold(tmp_path, "other-calls-inputs/two3.asm",
                *proto("void three(char *p, int n)", "arg n from 0 to 20"))
    assert len(said) == 3
    for s in said:
        n = re.search(r"n = (\d+)\)", s)[1]
        assert ("direction flag" in s) == (n == "3") and ("rbx after" in s) == (n == "5"), s
        assert ("r12 after" in s) == (n == "9"), s


def test_goes_on_after_a_fault(tmp_path):
    said = hold(tmp_path, "combinations/combo.asm",
                *proto("void two(char *p, int n)", "arg n from 0 to 20"))
    assert any("rbx after" in s and "n = 5)" in s for s in said)
    assert any("fault: " in s and "n = 0)" in s for s in said)


def test_upper_bits_beside_other_findings(tmp_path):
    assemble(tmp_path, "f: movd mm0, [rdi]\n mov eax, [rdi+rsi]\n ret", 64)
    r = check(tmp_path, "f.o", *proto("int f(const int *p, int off)", "arg off from 0 to 60"))
    said = findings(r)
    assert sum("upper-bits: what is above argument off (int)" in s for s in said) == 1, r.stdout
    # That it faults comes of that alone: it is told where, and not once more.
    assert not any("fault: " in s for s in said) and "comes no farther than mov eax" in folded(r.stdout)


@pytest.mark.parametrize("edition, verdict", [("2025", "violation"), ("2024", "crash"), ("2019", "crash")])
def test_a_fault_for_upper_bits_where_documents_are_silent(tmp_path, edition, verdict):
    """It is the caller's fault, or the function's: without a rule it stays a crash."""
    assemble(tmp_path, "f: mov eax, [rdi+rsi*4]\n ret", 64)
    r = check(tmp_path, "f.o", "--edition", edition, *proto("int f(const int *p, int i)", "arg i from 0 to 15"))
    assert r.status == 1 and re.search(rf"^{verdict} +sysv/f ", r.stdout, re.M), r.stdout
    assert any("upper-bits: what is above argument i (int)" in s for s in findings(r)), r.stdout


def test_upper_bits_width(tmp_path):
    """What compilers extend to is tried first."""
    for code, bits in (("movsxd rsi, esi", 32), ("nop", 64)):
        assemble(tmp_path, f"f: {code}\n mov eax, [rdi+rsi]\n ret", 64)
        r = check(tmp_path, "f.o", *proto("int f(const char *p, short off)", "arg off from 0 to 60",
                                          "arg p buf 64"))
        assert f"extended to {bits} bits" in folded(r.stdout), r.stdout


def test_nothing_wipes_a_finding(tmp_path):
    for args in ("int a", "long a"):
        said = hold(tmp_path, "zero.asm", *proto(f"int evil({args})"))
        assert any("fault: " in s for s in said)
    # What was found before the process died.
    assemble(tmp_path, "extern cl_data, cl_image_end\nf: xor ebx, ebx\n test edi, 63\n jnz .r\n"
             " mov rdi, cl_data\n mov rcx, cl_image_end\n sub rcx, rdi\n xor eax, eax\n rep stosb\n.r: ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(int a)"))
    assert r.status == 1 and "callee-saved: rbx" in r.stdout


def test_many_calls(tmp_path):
    subprocess.run(["/usr/bin/python3", INPUTS / "many-calls" / "make.py"], cwd=tmp_path, check=True)
    subprocess.run(["nasm", "-f", "elf64", "-o", "many.o", "many.asm"], cwd=tmp_path, check=True)
    r = check(tmp_path, "many.o", "--contract", "many.h")
    said, = findings(r)
    assert r.status == 1 and "callee-saved: rbx after the call" in said


# --------------------------------------------------------------------------------------------------

def test_several_sources(tmp_path):
    assemble(tmp_path, "f: mov rax, rdi\n ret\n global g\ng: xor ebx, ebx\n ret\n"
             " global h\nh: std\n ret", 64)
    (tmp_path / "f.h").write_text("long f(long a);\n")
    (tmp_path / "g.h").write_text("void g(void);\n")
    two = check(tmp_path, "f.o", "--contract", "g.h", "--contract", "f.h")
    assert two.status == 1 and "2 functions: 1 violation, 1 pass" in two.stdout
    two = check(tmp_path, "f.o", "--header", "g.h", "--header", "f.h")
    assert two.status == 1 and "2 functions: 1 violation, 1 pass" in two.stdout
    r = check(tmp_path, "f.o", "--contract", "g.h", "--header", "f.h", "--proto", "void h(void)")
    assert r.status == 1 and "3 functions: 2 violation, 1 pass" in r.stdout
    command = re.search(r"^  clobber (check .*)$", r.stdout, re.M)[1]
    assert "--contract g.h --header f.h" in command
    (tmp_path / "g.h").write_text("void g(void);\n//! in x ax\nvoid f(void);\n")
    r = check(tmp_path, "f.o", "--contract", "f.h", "--contract", "g.h")
    assert "2 functions: 1 violation, 1 pass" in r.stdout  # f.h came first


def test_note_names_its_function(tmp_path):
    assemble(tmp_path, "f: cmp edi, 77\n jne .r\n xor ebx, ebx\n.r: ret\n global g\ng: ret", 64)
    (tmp_path / "f.h").write_text("void f(int a);\nvoid g(int a);\n")
    header = ("--header", "f.h", "--note")
    assert "a = 77)" in check(tmp_path, "f.o", *header, "f: arg a = 77").stdout
    assert check(tmp_path, "f.o", *header, "f: arg a = 78").status == 0
    r = check(tmp_path, "f.o", *header, "arg a = 77")
    assert r.status == 2 and "which function is this for?" in r.stderr
    r = check(tmp_path, "f.o", *header, "k: arg a = 77")
    assert r.status == 2 and "nothing declares `k'" in r.stderr
    r = check(tmp_path, "f.o", *header, "f: arg b = 77")
    assert r.status == 2 and "<note>:1:9: error: `f' has no parameter `b'" in r.stderr


@pytest.mark.parametrize("declared", ["const long *p", "long *p"])
def test_read_only_without_a_size(declared, tmp_path):
    assemble(tmp_path, "f: mov qword [rdi], 0x55\n ret", 64)
    note = [] if "const" in declared else ["arg p read-only"]
    r = check(tmp_path, "f.o", *proto(f"void f({declared})", *note))
    assert r.status == 1 and "buffer: read-only memory at p + 0" in folded(r.stdout)


HASHED = "imul eax, edi, 0x9e3779b1"  # what is compared says nothing of the input


def test_more_calls(tmp_path):
    assemble(tmp_path, f"f: {HASHED}\n cmp eax, {77000 * 0x9e3779b1 & 0xffffffff}\n jne .r\n"
             " xor ebx, ebx\n.r: ret", 64)
    args = proto("void f(int a)", "arg a from 70000 to 80000")
    assert check(tmp_path, "f.o", *args, "--calls", "30000").status == 1
    r = check(tmp_path, "f.o", *args, "--calls", "10", "-v")
    assert r.status == 0 and "10 calls, each again" in folded(r.stdout)


def test_time(tmp_path):
    assemble(tmp_path, f"f: movzx edi, di\n {HASHED}\n cmp eax, {1234 * 0x9e3779b1 & 0xffffffff}\n"
             " jne .r\n xor ebx, ebx\n.r: ret", 64)
    r = check(tmp_path, "f.o", *proto("void f(unsigned short a)", "arg a from 0 to 2047"),
              "--time", "4", "--calls", "400")
    assert r.status == 1
    command = re.search(r"^  clobber (check .*)$", r.stdout, re.M)[1]
    assert "--calls 400" in command and not command.endswith("--seed 1")
    again = subprocess.run(f"{program.PROGRAM} {command}", shell=True, cwd=tmp_path, text=True,
                           stdout=subprocess.PIPE, check=False)
    assert again.returncode == 1 and "callee-saved: rbx" in again.stdout


def test_a_missing_instruction_is_not_run(tmp_path):
    """XOP is of no processor that is made today; UD2 is no extension."""
    flags = Path("/proc/cpuinfo").read_text()
    if " xop " in flags:
        pytest.skip("not-run: this processor has XOP")
    assemble(tmp_path, "f: vphaddbd xmm0, xmm1\n ret\n global g\ng: xor ebx, ebx\n"
             " vphaddbd xmm0, xmm1\n ret\n global h\nh: ud2", 64)
    r = check(tmp_path, "f.o", *proto("void f(void)"))
    assert r.status == 0 and "1 function: 1 not-run" in r.stdout
    assert "this processor lacks it, or does not let it run: it is of XOP" in folded(r.stdout)
    r = check(tmp_path, "f.o", *proto("void h(void)"))
    assert r.status == 1 and "1 function: 1 crash" in r.stdout


@pytest.mark.parametrize("way, count", ((-8, None), (8, None), (-8, 100), (-8, 2000), (8, 100), (8, 4000)))
def test_what_one_overwrites_is_its_own(tmp_path, way, count):
    """Memory of the runtime, from the function's own data on, until there is no more or for a while."""
    assemble(tmp_path, "global good, evil, bad\ngood: mov eax, edi\n ret\n"
             f"evil: lea rdx, [rel here]\n mov ecx, {count or -1}\n"
             f".more: mov dword [rdx], ecx\n add rdx, {way}\n dec ecx\n jnz .more\n mov eax, edi\n ret\n"
             "bad: xor ebx, ebx\n mov eax, edi\n ret\nsection .data\nhere: dq 1\n", 64)
    r = check(tmp_path, "f.o", *(w for f in ("good", "evil", "bad")
                                 for w in ("--proto", f"int {f}(int a)")))
    assert r.status == 1 and re.search(r"^violation +sysv/bad\b", r.stdout, re.M), r.stdout
    assert re.search(r"^pass +sysv/good\b", r.stdout, re.M), r.stdout
