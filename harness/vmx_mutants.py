#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mutants of the hypervisor (src/vmx, asm/vmx), of the payload's runtime in ring 0 (src/payload/guest*,
asm/guest*) and of place vmx: is each of them seen?

usage: vmx_mutants.py [--one-of-each] [--only TEXT] [--table FILE] [--list]

Each is applied to a copy of the sources, which is built; then ring0_self.py's functions run in places
vmx, root and root-vmcs under Bochs. What is said of them otherwise than by the program as it is kills
the mutant, and is printed. --table puts the result into FILE (docs/vmx.md), between its two marks.
Exit status 1 when one survives, 2 when nothing can be run.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("CLOBBER", "build/clobber")
import ring0_self  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


class Mutant(NamedTuple):
    group: str
    name: str
    file: str
    old: str
    new: str
    width: int = 64
    parts: tuple = ("self", "vectors", "ends")


class Explained(NamedTuple):
    """What no test can see, and why."""
    group: str
    name: str
    why: str


ENTER = "asm/vmx/enter.asm"
LOADED = "\tEACH_GPR load, xax + WORD, GPRS_BUT_AX\n"
STORED = "\tEACH_GPR save, xax + WORD, GPRS_BUT_AX\n"


def at_width(width: int, old: str, new: str) -> str:
    """`new` in what is assembled for this width, `old` in the other."""
    return f"%if WORD == {width // 8}\n{new}%else\n{old}%endif\n"


def entry_mutant(group: str, name: str, old: str, new: str, width: int, part: str) -> Mutant:
    return Mutant(group, name, ENTER, old, at_width(width, old, new), width, (part,))


def registers() -> list[Mutant]:
    """Each register at VM entry and exit, lost, and exchanged with the next. No flag changes: the
    next instruction of the entry looks at them."""
    found = []
    for width, names in ((64, "rcx rdx rbx rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()),
                         (32, "ecx edx ebx ebp esi edi".split())):
        numbers = [1, 2, 3, 5, 6, 7, *range(8, 16)]
        entry, end = (f"general registers, VM {when}, {width}-bit root" for when in
                      ("entry", "exit"))
        a = "rax" if width == 64 else "eax"
        for i, r in enumerate(names):
            other = names[(i + 1) % len(names)]
            for group, name, old, new in (
                    (entry, f"{r} lost", LOADED, LOADED + f"\tmov\t{r}, 0\n"),
                    (entry, f"{r} exchanged with {other}", LOADED, LOADED + f"\txchg\t{r}, {other}\n"),
                    (end, f"{r} lost", STORED, STORED +
                     f"\tmov\tword_ [xax + {numbers[i]} * WORD], 0\n"),
                    (end, f"{r} exchanged with {other}", STORED, f"\txchg\t{r}, {other}\n" + STORED)):
                found.append(entry_mutant(group, name, old, new, width, "registers"))
        found.append(entry_mutant(entry, f"{a} lost", "\tmov\txax, [xax]\n", "\tmov\txax, 0\n", width,
                                  "registers"))
        found.append(entry_mutant(end, f"{a} lost", "\tpop\tword_ [xax]\n", "\tpop\txcx\n", width,
                                  "registers"))
    return found


def at_exits() -> list[Mutant]:
    """What the hypervisor must not touch on its way."""
    found, old = [], "vmx_exit:\n\tpush\txax\n"
    for width in (64, 32):
        group = f"vector registers, x87, MXCSR at VM exits, {width}-bit root"
        cases = {f"xmm{i} lost": f"\tpxor\txmm{i}, xmm{i}\n" for i in range(width // 4)}
        cases |= {"x87 stack emptied": "\tfninit\n",
                  "x87 control word": "\tpush\txax\n\tmov\tword [xsp], 0x37f\n\tfldcw\t[xsp]\n"
                  "\tpop\txax\n",
                  "mxcsr": "\tpush\txax\n\tmov\tdword [xsp], 0x1f80\n\tldmxcsr\t[xsp]\n\tpop\txax\n"}
        for name, code in cases.items():
            found.append(entry_mutant(group, name, old, old + code, width, "vectors"))
        group = f"system registers at VM exits, {width}-bit root"
        for n in (0, 1, 2, 3):
            found.append(entry_mutant(group, f"dr{n} lost", old,
                                      old + f"\txor\teax, eax\n\tmov\tdr{n}, xax\n", width,
                                      "registers"))
        found.append(entry_mutant(group, "cr2 lost", old, old + "\txor\teax, eax\n\tmov\tcr2, xax\n",
                                  width, "registers"))
        if width == 64:
            found.append(entry_mutant(
                group, "the base swapgs brings lost", old, old +
                "\tpush rcx\n\tpush rdx\n\tmov ecx, 0xc0000102\n\txor eax, eax\n"
                "\txor edx, edx\n\twrmsr\n\tpop rdx\n\tpop rcx\n", width, "registers"))
    return found


RUN, STATE, EPT, TASK = "src/vmx/run.c", "src/vmx/state.c", "src/vmx/ept.c", "src/vmx/task.c"
MAIN, ROOTC, GUEST = "src/vmx/main.c", "src/vmx/root.c", "src/payload/guest.c"
TABLES, KEPT = "src/payload/guest_tables.c", "src/payload/guest_state.c"
ASM, MSRS = "asm/guest.asm", "src/payload/guest_msrs.c"
IMAGE = "asm/image.inc"
DIRTY = ("%rep 32\n\tpush\t-0x21524111\t\t\t; 0xdeadbeef\n%endrep\n"
         "\tadd\txsp, 32 * WORD\n")
BOTH = ("self", "ends")


def written() -> list[Mutant]:
    m = Mutant
    emulated = "what exits are answered with"
    found = [
        m(emulated, "CPUID: bx is not set", RUN, "\tr->r[BX] = c.b;\n", ""),
        m(emulated, "CPUID: cx is not set", RUN, "\tr->r[CX] = c.c;\n", ""),
        m(emulated, "CPUID: dx is not set", RUN, "\tr->r[DX] = c.d;\n", ""),
        m(emulated, "CPUID: ax of another leaf", RUN, "cpuid((uint32_t)r->r[AX], (uint32_t)r->r[CX]);",
          "cpuid((uint32_t)r->r[AX] + 1, (uint32_t)r->r[CX]);"),
        m(emulated, "CPUID: not skipped but executed again", RUN,
          "\tr->r[DX] = c.d;\n\tskip_instruction();", "\tr->r[DX] = c.d;"),
        m(emulated, "XSETBV does nothing", RUN, '\t__asm__ volatile("xsetbv" : : "a"(low)',
          '\tif (!low)\n\t\t__asm__ volatile("xsetbv" : : "a"(low)'),
        m(emulated, "XSETBV takes any value", RUN, "!is_xcr0((uint64_t)high << 32 | low)", "0"),
        m(emulated, "XSETBV takes any register", RUN, "(uint32_t)r->r[CX] || !is", "!is"),
        m(emulated, "XSETBV skips two instructions", RUN,
          '"d"(high), "c"(0));\n\tskip_instruction();',
          '"d"(high), "c"(0));\n\tskip_instruction();\n\tskip_instruction();'),
        m(emulated, "HLT is skipped", RUN, "\tcase EXIT_HLT:\n",
          "\tcase EXIT_HLT:\n\t\tskip_instruction();\n\t\treturn;\n", parts=("ends",)),
        m(emulated, "RDMSR is skipped", RUN, "\tcase EXIT_RDMSR:\n",
          "\t\tinject(VECTOR_GP);\n\t\treturn;\n\tcase EXIT_RDMSR:\n\t\tskip_instruction();\n"
          "\t\treturn;\n", parts=("ends",)),
        m(emulated, "WRMSR is undefined", RUN, "\tcase EXIT_WRMSR:\n\t\tinject(VECTOR_GP);",
          "\tcase EXIT_WRMSR:\n\t\tinject(VECTOR_UD);", parts=("ends",)),
        m(emulated, "VMX instructions fault as ports do", RUN,
          "\tcase EXIT_VMCALL ... EXIT_VMXON:\n\t\tinject(VECTOR_UD);",
          "\tcase EXIT_VMCALL ... EXIT_VMXON:\n\t\tinject(VECTOR_GP);", parts=("ends",)),
        m(emulated, "INVEPT is skipped", RUN, "\tcase EXIT_INVEPT:\n",
          "\t\tinject(VECTOR_UD);\n\t\treturn;\n\tcase EXIT_INVEPT:\n\t\tskip_instruction();\n"
          "\t\treturn;\n", parts=("ends",)),
        m(emulated, "ports may be used", STATE, "CPU_HLT | CPU_IO |", "CPU_HLT |", parts=("ends",)),
        m(emulated, "a port's fault without its error code", RUN,
          "(vector == VECTOR_GP ? EVENT_ERROR : 0)", "0", parts=("ends",)),
        m(emulated, "IN from the payload's port is heard", RUN, "(q & HOW) != WORD_OUT",
          "(q & HOW & 7) != WORD_OUT", parts=("ends",)),
    ]
    events = "steps, interrupts, ticks"
    found += [
        m(events, "an interrupt at every third step", RUN, "\tif (g->interrupting && vmread",
          "\tif (segment.steps % 3 == 0 && g->interrupting && vmread", parts=("self",)),
        m(events, "no interrupts", RUN, "\tif (g->interrupting && vmread",
          "\tif (!g && g->interrupting && vmread", parts=("self",)),
        m(events, "no steps", RUN, "on ? 1 << VECTOR_DB : 0", "0", parts=("self",)),
        m(events, "an interrupt with another vector", RUN, "EVENT_VALID | CL_VECTOR_DIRTY",
          "EVENT_VALID | (CL_VECTOR_DIRTY + 1)", parts=("self",)),
        m(events, "the interrupted code goes on an instruction later", RUN,
          "\t\tvmwrite(ENTRY_EVENT, EVENT_VALID | CL_VECTOR_DIRTY);",
          "\t\tvmwrite(ENTRY_EVENT, EVENT_VALID | CL_VECTOR_DIRTY),\n\t\t\tvmwrite(GUEST_IP, ip + 1);",
          parts=("self",)),
        m(events, "the interrupt writes one word only", ASM, DIRTY, DIRTY.replace("32", "1"),
          parts=("self",)),
        m(events, "the interrupt writes ten words", ASM, DIRTY, DIRTY.replace("32", "10"),
          parts=("self",)),
        m(events, "the interrupt changes CF", ASM, DIRTY, DIRTY + "%if WORD == 8\n\txor\tdword [rsp + 16], "
          "1\n%endif\n", parts=("self",)),
        m(events, "the interrupt loses rax", ASM, "guest_dirty:\n", "guest_dirty:\n\txor\teax, eax\n",
          parts=("self",)),
        m(events, "the interrupt, 32 bit, writes one word only", ASM, DIRTY, DIRTY.replace("32", "1"), 32,
          ("self",)),
        m(events, "the interrupt, 32 bit, changes ZF", ASM, DIRTY, DIRTY + "%if WORD == 4\n\txor\tdword "
          "[esp + 8], 0x40\n%endif\n", 32, ("self",)),
        m(events, "a step's flags lose CF", RUN, "\tsegment.steps++;\n",
          "\tsegment.steps++;\n\tvmwrite(GUEST_FLAGS, vmread(GUEST_FLAGS) & ~1ul);\n",
          parts=("self",)),
        m(events, "INT1 is taken for a step", RUN, "(event & EVENT_TYPE) == EVENT_INT1", "0",
          parts=("ends",)),
        m(events, "no NMI asks a guest that is late", RUN, "\tvmwrite(ENTRY_EVENT, EVENT_NMI);", "\t;",
          parts=("ends",)),
        m(events, "a guest that only exits is never late", RUN, "if (!g.done && rdtsc()",
          "if (!g.launched && rdtsc()", parts=("ends",)),
        m(events, "the fault of a step goes to the guest", GUEST, "is_step(t) ||", "0 ||",
          parts=("self",)),
    ]
    memory = "memory and isolation"
    found += [
        m(memory, "EPT maps everything", EPT, "\tfor (uint64_t i = request.image >> LARGE_SHIFT; i < end",
          "\tend = ENTRIES;\n\tfor (uint64_t i = 0; i < end", parts=("ends",)),
        m(memory, "EPT maps the hypervisor", EPT, "\tfor (uint64_t i = request.image >> LARGE_SHIFT;",
          "\tfor (unsigned i = 0; i < ENTRIES; i++)\n\t\tlow[i] = (uint64_t)i * PAGE | EPT_RWX | "
          "EPT_WRITEBACK;\n\tdirectory[1] = 1ull << LARGE_SHIFT | EPT_RWX | EPT_WRITEBACK | "
          "EPT_LARGE;\n\tfor (uint64_t i = request.image >> LARGE_SHIFT;", parts=("ends",)),
        m(memory, "neither EPT nor unrestricted guest", STATE, "uint32_t has = vmx_features();",
          "uint32_t has = vmx_features() & ~(uint32_t)(VMX_HAS_EPT | VMX_HAS_UNRESTRICTED);",
          parts=("ends",)),
        m(memory, "code is writable", TABLES, "map((cl_word)cl_text, payload_mixed(), 0);",
          "map((cl_word)cl_text, payload_mixed(), P_WRITE);", parts=("self",)),
        m(memory, "code that was written to runs on", KEPT, "&& place_code_changed()", "&& 0",
          parts=("ends",)),
        m(memory, "CR0.WP is off", GUEST, "CR0_MP | CR0_NE | CR0_WP;",
          "CR0_MP | CR0_NE;\n\tcr0 &= ~(cl_word)CR0_WP;", parts=("self",)),
        m(memory, "data can be executed", TABLES, "has_noexec ? P_NOEXEC : 0", "0", parts=("self",)),
        m(memory, "page 0 is there", TABLES, "\tmap(guest_handover.host,",
          "\tmap(0, 4096, P_WRITE);\n\tmap(guest_handover.host,", parts=("ends",)),
        m(memory, "a byte of the code is turned round while it is loaded", MAIN,
          "\tclear((word)(request.image + request.image_bytes),",
          "\t*(volatile uint8_t *)((word)request.image + 0x1000) ^= 1;\n"
          "\tclear((word)(request.image + request.image_bytes),", parts=("self",)),
        m(memory, "the last page of code is loaded as zeroes", MAIN,
          "\tclear((word)(request.image + request.image_bytes),",
          "\tclear((word)request.image + 0x9000, 4096);\n"
          "\tclear((word)(request.image + request.image_bytes),", parts=("self",)),
        m(memory, "a byte of the code is changed at a VM exit", RUN, "\tskip_instruction();\n\tswitch (what) {",
          "\tskip_instruction();\n\tif (what == CL_SAY_STEP)\n\t\t*(volatile uint8_t *)((word)"
          "request.image + 16) = 0xcc;\n\tswitch (what) {", parts=("self",)),
    ]
    where = "where code runs"
    found += [
        m(where, "a guest's payload runs in root operation", MAIN, "if (request.mode == VMX_MODE_GUEST)",
          "if (0)", parts=("self",)),
        m(where, "a root payload runs as a guest", MAIN, "if (request.mode == VMX_MODE_GUEST)", "if (1)",
          parts=("self",)),
        m(where, "root-vmcs without a VMCS", ROOTC, "\tif (!current_vmcs) {", "\tif (1) {",
          parts=("self",)),
        m(where, "root with a VMCS", ROOTC, "\tif (!current_vmcs) {", "\tif (0) {", parts=("self",)),
        m(where, "a process's results are handed back as a guest's", "src/place/vmx_places.c",
          "\tvmx_run(a, p,", "\tnative_run(a, p, out);\n\tif (0)\n\t\tvmx_run(a, p,",
          parts=("self",)),
        m(where, "the last record is dropped", MAIN, "\treturn sizeof(*h) + h->used;",
          "\treturn sizeof(*h) + (h->used > 8 ? h->used - 8 : h->used);", parts=("self",)),
        m(where, "the first record is dropped", "src/place/records.c",
          "\tend = p + h->used;\n", "\tend = p + h->used;\n\tif (out->n > 3 && p < end)\n\t\tread_one("
          "a, from, &p, end, &(struct place_run){ .n = out->n, .v = arena_alloc(a, (2 * out->n + 1) * "
          "sizeof(*out->v)) }, &sound);\n", parts=("self",)),
    ]
    state = "state at the start of a guest, and what is restored between calls"
    found += [
        m(state, "flags of the guest: TF set", STATE, "vmwrite(GUEST_FLAGS, 2);",
          "vmwrite(GUEST_FLAGS, 0x102);", parts=("self",)),
        m(state, "CR4 without PAE", STATE, "vmwrite(GUEST_CR4, CR4_PAE | CR4_VMXE);",
          "vmwrite(GUEST_CR4, CR4_VMXE);", parts=("self",)),
        m(state, "CR4.VMXE is seen by the guest", STATE, "vmwrite(CR4_SHADOW, 0);",
          "vmwrite(CR4_SHADOW, CR4_VMXE);", parts=("ends",)),
        m(state, "DR7 of the guest", STATE, "vmwrite(GUEST_DR7, 0x400);", "vmwrite(GUEST_DR7, 0x401);",
          parts=("self",)),
        m(state, "DR7 is lost at VM exits", STATE, "EXIT_SAVE_DEBUG | EXIT_SAVE_TIMER",
          "EXIT_SAVE_TIMER", parts=("registers",)),
        m(state, "segments are not looked at", GUEST, "for (int i = 0; i < 6; i++) {\n\t\tif (got",
          "for (int i = 4; i < 5; i++) {\n\t\tif (got", parts=("self",)),
        m(state, "segments are not put back", GUEST, "\tguest_segments();\n\tif", "\tif",
          parts=("self",)),
        m(state, "es and fs are alike", ASM, "\tmov\teax, 0x18\n\tmov\tes, eax",
          "\tmov\teax, 0x20\n\tmov\tes, eax", parts=("self",)),
        m(state, "AC is never poison", GUEST, "cl_flags_random = FLAG_AC | FLAG_IF | FLAG_IOPL;",
          "cl_flags_random = FLAG_IF | FLAG_IOPL;", parts=("self",)),
        m(state, "IF is never poison", GUEST, "cl_flags_random = FLAG_AC | FLAG_IF | FLAG_IOPL;",
          "cl_flags_random = FLAG_AC | FLAG_IOPL;", parts=("self",)),
        m(state, "IOPL is never poison", GUEST, "cl_flags_random = FLAG_AC | FLAG_IF | FLAG_IOPL;",
          "cl_flags_random = FLAG_AC | FLAG_IF;", parts=("self",)),
        m(state, "NT is not looked at", GUEST, "cl_flags_clear = FLAG_NT;", "cl_flags_clear = 0;", parts=("self",)),
        m(state, "the FPU is not trapped", GUEST, "\tcl_fpu_trapped = on;", "\tcl_fpu_trapped = 0;",
          parts=("ends",)),
        m(state, "the FPU is on while code under test runs", IMAGE, "\tWIDE_STATE %1, load\n\tFPU_OFF\txax",
          "\tWIDE_STATE %1, load", parts=("ends",)),
        m(state, "FPU instructions of code under test are let through", GUEST,
          "(t->ip < code_start || t->ip >= code_end)", "t->ip", parts=("ends",)),
        m(state, "system registers are not looked at", GUEST, "\tguest_state_check(round, has_vcpu, out);\n", "",
          parts=("state",)),
        m(state, "cr0 is not looked at", KEPT, "wanted.v[CL_CONTROL_CR0]) & CR0_TS;", "wanted.v[CL_CONTROL_CR0]);",
          parts=("state",)),
        m(state, "cr4 is not put back", KEPT, "\t\twrite_cr4(wanted.v[CL_CONTROL_CR4]);\n\t/* CR0",
          "\t\t(void)0;\n\t/* CR0", parts=("state",)),
        m(state, "dr7 is not put back", KEPT, "\t\twrite_dr7(wanted.v[CL_CONTROL_DR7]);",
          "\t\t(void)0;", parts=("state",)),
        m(state, "dr0 to dr3 are not looked at", KEPT, "\tread_exiting(s);\n\tfor", "\tfor", parts=("state",)),
        m(state, "dr0 to dr3 are not put back", KEPT, "\t\twrite_breakpoints(&wanted);\n#ifdef", "\t\t(void)0;\n#ifdef",
          parts=("state",)),
        m(state, "limits of tables are not looked at", KEPT, "\tif (has_vcpu) {", "\tif (1) {", parts=("state",)),
        m(state, "model-specific registers are not looked at", KEPT,
          "\tif (cl_where == CL_IN_ROOT && !guest_msrs_check(round, out))\n\t\tdie();\n", "", parts=("msrs",)),
        m(state, "model-specific registers are not put back", MSRS, "\t\tguest_write_msr(m->number, &m->wanted);\n", "",
          parts=("msrs",)),
        m(state, "model-specific registers have no values of their own", MSRS, "\t\t\tif (is_free(m->number))",
          "\t\t\tif (0)", parts=("msrs",)),
        m(state, "model-specific registers are not looked at, 32 bit", KEPT,
          "\tif (cl_where == CL_IN_ROOT && !guest_msrs_check(round, out))\n\t\tdie();\n", "", 32, ("msrs",)),
        m(state, "the upper half of a model-specific register is not put back", ASM, "\tmov\tedx, [rsi + 4]\n",
          "\txor\tedx, edx\n", parts=("msrs",)),
        m(state, "xcr0 is not put back", KEPT, "\t\twrite_xcr0(wanted.v[CL_CONTROL_XCR0]);",
          "\t\t(void)0;", parts=("state",)),
        m(state, "bases are not put back", KEPT, "\tread_bases(&now);\n\twrite_bases(&wanted);",
          "\tread_bases(&now);", parts=("state",)),
        m(state, "cr8 is not put back", KEPT, "\t\twrite_cr8(wanted.v[CL_CONTROL_CR8]);", "\t\t(void)0;",
          parts=("operation",)),
        m(state, "efer is not put back", KEPT, "\t\twrite_efer(wanted.v[CL_CONTROL_EFER]);", "\t\t(void)0;",
          parts=("operation",)),
        m(state, "root operation is not looked at", KEPT, "\tcheck_root(&now, has_vcpu);\n", "", parts=("operation",)),
        m(state, "who left root operation stays outside", ROOTC, "\t\tif (c == 3)\n\t\t\tvmx_on();\n", "",
          parts=("operation",)),
        m(state, "another's VMCS stays the current one", "src/vmx/vmx.c",
          "(current != ~0ull && VMX_INSTRUCTION(\"vmclear\", current))", "current == 1", parts=("operation",)),
    ]
    traps = "traps of the payload"
    found += [
        m(traps, "#UD is a memory fault", GUEST, "\tcase 6: /* #UD */\n\t\treturn CL_FAULT_ILL;",
          "\tcase 6: /* #UD */\n\t\treturn CL_FAULT_SEGV;", parts=("ends",)),
        m(traps, "#DE is a memory fault", GUEST, "\tcase 0:  /* #DE */\n", "", parts=("ends",)),
        m(traps, "#BP is a memory fault", GUEST, "\tcase 3: /* #BP */\n", "", parts=("ends",)),
        m(traps, "the address of a page fault is lost", GUEST, "\t\treturn cr2;", "\t\treturn 0;",
          parts=("ends",)),
        m(traps, "SYSCALL is undefined", GUEST, "*(const uint16_t *)t->ip == 0x050f", "0",
          parts=("ends",)),
        m(traps, "int 0x80 has no gate", TABLES, "\tgate(0x80,", "\tgate(0x81,", parts=("ends",)),
        m(traps, "no stack of their own for faults", TABLES, ": v == 8 ? IST_DF : IST_FAULT",
          ": v == 8 ? IST_DF : 0", parts=("vectors", "ends")),
        m(traps, "the double fault's task switch leaves cr0.ts", TASK, "| CR0_TS)", ")", 32, ("ends",)),
        m(traps, "the double fault's task has another ip", TASK, "vmwrite(GUEST_IP, tss[TSS_IP]);",
          "vmwrite(GUEST_IP, tss[TSS_IP] + 1);", 32, ("ends",)),
        m(traps, "the interrupted task's ip is not kept", TASK,
          "\ttss[TSS_IP] = (uint32_t)vmread(GUEST_IP);\n", "", 32, ("ends",)),
        m(traps, "the interrupted task's flags are not kept", TASK,
          "\ttss[TSS_FLAGS] = (uint32_t)vmread(GUEST_FLAGS);\n", "", 32, ("ends",)),
        m(traps, "the task switch pushes no error code", TASK, "\tpush_error_code();\n\tvmwrite",
          "\tvmwrite", 32, ("ends",)),
        m(traps, "traps lose rbx, 64 bit", ASM, "\tPOP_EACH TRAP_GPRS\n",
          "\tPOP_EACH TRAP_GPRS\n\txor\tebx, ebx\n", parts=("vectors", "self")),
    ]
    return found


EXPLAINED = [
    Explained("steps, interrupts, ticks", "the fault of a step goes to the guest",
              "here every one is an exit; KVM leaves some to the guest (harness/test_kvm.py)"),
    Explained("traps of the payload", "the double fault's task switch leaves cr0.ts",
              "the handler's first instruction behind the switch clears it, as it must"),
    Explained("traps of the payload", "the task switch pushes no error code",
              "it is always 0, and the handler drops it: its stack is its own"),
    Explained("traps of the payload", "the interrupted task's flags are not kept",
              "a task that faulted so is given up: its flags are never loaded again"),
]


def all_mutants() -> list[Mutant]:
    return [*registers(), *at_exits(), *written()]


# Trying them --------------------------------------------------------------------------------------

class Workshop:
    """A copy of the sources and its build; what the program as it is says of the functions."""

    def __init__(self, folder: Path, jobs: int, wanted: list[Mutant]):
        self.source, self.folder, self.jobs = folder / "source", folder, jobs
        made = {".git", "build", "__pycache__"}
        shutil.copytree(ROOT, self.source, symlinks=True, ignore=lambda at, names: made & set(names))
        self.build = self.source / "build"
        subprocess.run(["meson", "setup", self.build, self.source], check=True,
                       stdout=subprocess.DEVNULL)
        why = self.make()
        if why:
            raise SystemExit(f"vmx_mutants.py: the copy does not build: {why}")
        for width in (64, 32):
            (folder / str(width)).mkdir()
            ring0_self.write(width, folder / str(width))
        # Before anything is changed: the build is that of the mutant of before, afterwards.
        self.known = {key: self.say(*key) for key in
                      dict.fromkeys((m.width, part) for m in wanted for part in m.parts)}

    def make(self) -> str | None:
        """None, or the first lines of what went wrong."""
        r = subprocess.run(["ninja", "-C", self.build, "-j", str(self.jobs)], capture_output=True,
                           text=True)
        lines = [line for line in r.stdout.splitlines() if "error" in line or "FAILED" in line]
        return None if r.returncode == 0 else "; ".join(lines[:2]) or r.stdout[-300:]

    def say(self, width: int, part: str) -> dict:
        # Mutants of 32 bit are those of a hypervisor of 32 bit.
        env = dict(os.environ, CLOBBER_CACHE=str(self.folder / "cache"), CLOBBER_VMX_ROOT=str(width))
        return ring0_self.report(self.build / "clobber", self.folder / str(width), part, env)

    def killed_by(self, m: Mutant) -> str | None:
        """What is said of the mutant that is not said of the program as it is."""
        file = self.source / m.file
        text = file.read_text()
        if text.count(m.old) != 1:
            return f"?{m.file} has its text {text.count(m.old)} times"
        file.write_text(text.replace(m.old, m.new))
        try:
            why = self.make()
            if why:
                return f"?it does not build: {why}"
            for part in m.parts:
                found = ring0_self.differences(self.known[m.width, part], self.say(m.width, part))
                if found:
                    return found[0]
            return None
        finally:
            file.write_text(text)


def reason(found: str) -> str:
    """The check, the function, and what was seen, in one cell."""
    m = re.match(r"(no more: )?([a-z-]+) (?:kernel|ms|cdecl|sysv)/(\w+)(?: \S.*?\)(?= [a-z-]+: ))? ?(.*)",
                 found)
    if not m:
        return re.sub(r"^broken +", "", found)[:110]
    said = re.sub(r"^[\w, -]*? (?:unsigned|int) \w+\(void\) ", "", m[4])
    return f"{m[3]}: {(m[1] or '') + (said or m[2])}"[:110]


def table(rows: list[tuple[str, str, str | None]], explained: dict) -> str:
    """Markdown: a line a group, with one of its mutants as an example."""
    lines = ["| group | mutants | killed | for example |", "|---|---|---|---|"]
    for group in dict.fromkeys(g for g, _, _ in rows):
        mine = [(n, why) for g, n, why in rows if g == group]
        dead = [(n, why) for n, why in mine if why]
        example = f"{dead[0][0]}: {reason(dead[0][1])}".replace("|", "\\|") if dead else ""
        lines.append(f"| {group} | {len(mine)} | {len(dead)} | {example} |")
    for group, name, why in rows:
        if not why:
            lines.append("")
            lines.append(f"Not seen: *{name}* ({group}): "
                         f"{explained.get((group, name), 'nothing explains it')}.")
    return "\n".join(lines)


MARKS = ("<!-- vmx_mutants.py -->", "<!-- end of vmx_mutants.py -->")


def main() -> int:
    p = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    p.add_argument("--one-of-each", action="store_true", help="one mutant of each group")
    p.add_argument("--only", default="", help="those with TEXT in group or name")
    p.add_argument("--table", type=Path)
    p.add_argument("--list", action="store_true")
    p.add_argument("--jobs", type=int, default=2)
    args = p.parse_args()
    wanted = [m for m in all_mutants() if args.only in f"{m.group}: {m.name}"]
    if args.one_of_each:
        wanted = list({m.group: m for m in reversed(wanted)}.values())[::-1]
    if args.list:
        print("\n".join(f"{m.group}: {m.name}" for m in wanted))
        return 0
    explained = {(e.group, e.name): e.why for e in EXPLAINED}
    rows, bad = [], 0
    with tempfile.TemporaryDirectory() as tmp:
        shop = Workshop(Path(tmp), args.jobs, wanted)
        for m in wanted:
            why = shop.killed_by(m)
            fate = "killed" if why else "explained" if (m.group, m.name) in explained else "SURVIVED"
            bad += fate == "SURVIVED" or (why or "").startswith("?")
            rows.append((m.group, m.name, why))
            print(f"{fate:9} {m.group}: {m.name}" + (f"\n          {why[:200]}" if why else ""),
                  flush=True)
    print(f"{len(rows)} mutants, {sum(bool(w) for *_, w in rows)} killed, {bad} not as they should be")
    if args.table:
        text = args.table.read_text()
        before, rest = text.split(MARKS[0])
        args.table.write_text(before + MARKS[0] + "\n" + table(rows, explained) + "\n" + MARKS[1] +
                              rest.split(MARKS[1])[1])
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
