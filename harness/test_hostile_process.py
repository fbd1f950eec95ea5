# SPDX-License-Identifier: MIT
"""Code under test that turns on the process it runs in, on its parent, or on what watches it: system
calls, forged signal frames, segments, masks, limits. All are in one object, each before a function
that does nothing wrong: that one passes, the hostile one is charged for the right reason, and the
parent is as before."""
import json
import os
import subprocess

import pytest

import program

SIGSYS = "system call (SIGSYS)"


def call(number: int, *args) -> str:
    """A system call, and on as if nothing had happened."""
    registers = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
    lines = [f"mov {r}, {a}" for r, a in zip(registers, args)]
    return "\n ".join([*lines, f"mov eax, {number}", "syscall", "ret"])


# rt_sigreturn is allowed, and takes what is on the stack for a frame: one of these words.
FORGED = "sub rsp, 1024\n mov ecx, 128\n mov rdi, rsp\n mov rax, {fill}\n cld\n rep stosq\n mov eax, 15\n syscall\n ud2"
MINUS_1 = 0xFFFFFFFFFFFFFFFF

# Function -> its code; its verdict; what is said of it.
HOSTILE = {
    "undumpable": (call(157, 4, 0), "crash", SIGSYS),                          # prctl(PR_SET_DUMPABLE, 0)
    "no_death_signal": (call(157, 1, 0), "crash", SIGSYS),                     # prctl(PR_SET_PDEATHSIG, 0)
    "own_filter": (call(317, 1, 0, "rsp"), "crash", SIGSYS),                   # seccomp
    "own_filter_by_prctl": (call(157, 22, 2, "rsp"), "crash", SIGSYS),
    "traces_itself": (call(101, 0), "crash", SIGSYS),                          # ptrace(TRACEME)
    "kills_parent": ("mov eax, 110\n syscall\n mov edi, eax\n mov esi, 9\n mov eax, 62\n syscall\n ret",
                     "crash", SIGSYS),
    "kills_all": (call(62, -1, 9), "crash", SIGSYS),
    "kills_group": (call(62, 0, 9), "crash", SIGSYS),
    "queues_signals": (call(129, 1, 9, "rsp"), "crash", SIGSYS),               # rt_sigqueueinfo
    "closes_results": (call(3, 3), "crash", SIGSYS),
    "truncates_results": (call(77, 3, 0), "crash", SIGSYS),                    # a SIGBUS at the next record
    "moves_results": (call(8, 3, 0, 0), "crash", SIGSYS),                      # lseek: it says who started
    "unmaps_all": (call(11, 0, 0x7FFFFFFFF000), "crash", SIGSYS),
    "writes_own_memory": ("mov rdi, rsp\n mov rax, 0x6d656d2f666c6573\n push rax\n mov eax, 2\n syscall\n"
                          " add rsp, 8\n ret", "crash", SIGSYS),               # open(/proc/self/mem)
    "writes_by_vm": (call(311, 1, "rsp", 1, "rsp", 1, 0), "crash", SIGSYS),    # process_vm_writev
    "limits_parent": (call(302, 1, 7, "rsp", 0), "crash", SIGSYS),             # prlimit64
    "limits_itself": (call(160, 0, "rsp"), "crash", SIGSYS),                   # setrlimit
    "forks": (".l: mov eax, 57\n syscall\n jmp .l", "crash", SIGSYS),
    "clones": (call(56, 0x100, 0, 0, 0, 0), "crash", SIGSYS),                  # CLONE_VM
    "takes_memory": (call(9, 0, 1 << 40, 3, 0x22, -1, 0), "crash", SIGSYS),    # mmap
    "moves_break": (call(12, 1 << 46), "crash", SIGSYS),
    "blocks_signals": ("push -1\n mov rsi, rsp\n mov edi, 2\n xor edx, edx\n mov r10d, 8\n mov eax, 14\n syscall\n"
                       " pop rax\n ret", "crash", SIGSYS),
    "other_stack_for_signals": (call(131, "rsp", 0), "crash", SIGSYS),
    "ignores_faults": (call(13, 11, "rsp", 0, 8), "crash", SIGSYS),            # rt_sigaction
    "restartable": (call(334, "rsp", 32, 0, 0), "crash", SIGSYS),              # rseq
    "segment_by_call": (call(158, 0x1002, 0), "crash", SIGSYS),                # arch_prctl
    "watches_faults": (call(323, 0), "crash", SIGSYS),                         # userfaultfd
    "rings": (call(425, 8, "rsp"), "crash", SIGSYS),                           # io_uring_setup
    "leaves_with_success": (call(231, 0), "crash", "the whole process died"),  # exit_group
    "leaves_as_unstarted": (call(231, 126), "crash", "the whole process died"),  # as one that never started
    "leaves_by_thread": (call(60, 0), "crash", SIGSYS),                        # exit
    "by_the_old_gate": ("mov eax, 1\n xor ebx, ebx\n int 0x80\n ret", "crash", None),
    "forged_frame_of_zeroes": (FORGED.format(fill=0), "crash", None),
    "forged_frame_of_ones": (FORGED.format(fill=-1), "crash", None),
    "no_stack": ("xor esp, esp\n push rax\n ret", "crash", "memory access violation (SIGSEGV)"),
    "stack_in_nowhere": ("mov rsp, 0x8000000000000000\n push rax\n ret", "crash", None),
    "wrong_end_of_memory": ("mov rax, 0xffffffff81000000\n mov [rax], eax\n ret", "crash",
                            "memory access violation (SIGSEGV)"),
    "old_clock_page": ("mov rax, 0xffffffffff600000\n mov [rax], eax\n ret", "crash",
                       "memory access violation (SIGSEGV)"),
    "single_steps": ("pushf\n or dword [rsp], 0x100\n popf\n nop\n ret", "crash", "(SIGTRAP)"),
    "traps_alignment": ("pushf\n or dword [rsp], 0x40000\n popf\n mov eax, [rsp+1]\n ret", "crash", None),
    "unmasks_and_divides": ("push 0\n ldmxcsr [rsp]\n pop rax\n xorps xmm0, xmm0\n divss xmm0, xmm0\n ret",
                            "crash", "(SIGFPE)"),
    "breaks_x87": ("push 0\n fldcw [rsp]\n pop rax\n fldz\n fldz\n fdivp st1, st0\n fwait\n ret", "crash", None),
    "no_thread": ("mov eax, 3\n mov fs, eax\n xor eax, eax\n mov gs, eax\n ret", None, None),
}
CODE = """bits 64
section .text
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory) -> dict:
    program.need("native", 64)
    tmp = tmp_path_factory.mktemp("hostile")
    text, protos = CODE, []
    for name, (body, _, _) in HOSTILE.items():
        text += f"global {name}, after_{name}\n{name}:\n {body}\nafter_{name}: mov eax, 7\n ret\n"
        protos += ["--proto", f"void {name}(void)", "--proto", f"unsigned after_{name}(void)"]
    (tmp / "h.asm").write_text(text)
    subprocess.run(["nasm", "-f", "elf64", "h.asm", "-o", "h.o"], cwd=tmp, check=True)
    r = program.run(["check", "h.o", *protos, "--place", "native", "--calls", "20", "--format", "json"], cwd=tmp)
    assert r.status == 1 and r.stderr == "", r
    assert os.listdir(tmp) and program.processes_of(tmp) == []
    return {f["name"]: f for f in json.loads(r.stdout)["functions"]}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_charged(checked, name):
    f, (_, verdict, words) = checked[name], HOSTILE[name]
    if verdict:
        assert f["verdict"] == verdict, f
    said = [x["observed"] for x in f["findings"]]
    assert words is None or any(words in s for s in said), said


@pytest.mark.parametrize("name", HOSTILE)
def test_its_neighbour_passes(checked, name):
    assert checked[f"after_{name}"]["verdict"] == "pass", checked[f"after_{name}"]
