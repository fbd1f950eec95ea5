# SPDX-License-Identifier: MIT
"""The machine of kvm_machine.py under Bochs, whose emulated processor has VMX: Debian's kernel with
kvm_intel. Slower than under QEMU, so nothing runs it unless asked (`make check-kvm-intel`).

There is no BIOS and no disk: a ROM (asm/kvm/linux.asm) starts the kernel, which Bochs puts into
memory. Linux, Documentation/x86/boot.rst: "The real-mode kernel header", "64-bit boot protocol".
"""
import shutil
import struct
import subprocess
import time
from pathlib import Path

import kvm_machine
import program
from kvm_machine import Output, Unavailable

MODEL = "corei7_haswell_4770"
MEGABYTES = 512
KERNEL_AT = 0x1000000
PARAMETERS_AT = 0x7000  # asm/kvm/linux.asm
SECONDS = 900

CONFIG = """\
display_library: term
config_interface: textconfig
megs: {megabytes}
cpu: model={model}, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=1
romimage: file=rom
optramimage1: file=blob, address={kernel:#x}
com1: enabled=1, mode=file, dev=console
com2: enabled=1, mode=file, dev=data
plugin_ctrl: speaker=0, gameport=0, parallel=0, extfpuirq=0, biosdev=0, iodebug=0
sound: waveoutdrv=dummy
log: log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
"""
COMMAND_LINE = ("console=ttyS0 quiet panic=-1 acpi=off noapic nosmp mitigations=off nokaslr "
                "random.trust_cpu=on tsc=reliable reboot=t")


def why_not() -> str | None:
    if not shutil.which("bochs"):
        return "bochs absent (make deps)"
    try:
        kvm_machine.unpacked(kvm_machine.KERNEL), kvm_machine.unpacked(kvm_machine.BUSYBOX)
    except Unavailable as e:
        return str(e)
    return None


def blob_and_parameters(kernel: bytes, initramfs: bytes) -> tuple[bytes, bytes]:
    """Memory from KERNEL_AT on, and struct boot_params with the command line behind it."""
    sectors = kernel[0x1F1] or 4
    code = kernel[(sectors + 1) * 512:]
    header = kernel[0x1F1:0x202 + kernel[0x201]]
    init_size, = struct.unpack_from("<I", kernel, 0x260)
    initramfs_at = (KERNEL_AT + max(init_size, len(code)) + 0xFFFFFF) & ~0xFFFFFF
    blob = code + bytes(initramfs_at - KERNEL_AT - len(code)) + initramfs
    blob += bytes(-len(blob) % 0x100000)
    if KERNEL_AT + len(blob) > MEGABYTES << 20:
        raise AssertionError(f"the initramfs of {len(initramfs) >> 20} MiB is too large")
    p = bytearray(0x2000)
    p[0x1F1:0x1F1 + len(header)] = header
    memory = [(0, 0x9FC00), (0x100000, (MEGABYTES << 20) - 0x100000)]
    p[0x1E8] = len(memory)
    for i, (at, size) in enumerate(memory):
        struct.pack_into("<QQI", p, 0x2D0 + 20 * i, at, size, 1)
    p[0x210] = 0xFF  # type_of_loader: none that has a number
    struct.pack_into("<II", p, 0x218, initramfs_at, len(initramfs))
    struct.pack_into("<I", p, 0x228, PARAMETERS_AT + 0x1000)
    p[0x1000:0x1000 + len(COMMAND_LINE)] = COMMAND_LINE.encode()
    return blob, bytes(p)


def run_bochs(folder: Path, commands: dict[str, list], files: dict[str, Path],
              seconds: int = SECONDS) -> tuple[dict[str, Output], float]:
    """As kvm_machine.run_qemu."""
    folder = folder.resolve()
    kernel = next((kvm_machine.unpacked(kvm_machine.KERNEL) / "boot").glob("vmlinuz-*"))
    # Bochs ends at the triple fault by which this kernel is told to reboot.
    image = kvm_machine.initramfs(commands, files, "/bin/busybox reboot -f")
    blob, parameters = blob_and_parameters(kernel.read_bytes(), image)
    (folder / "blob").write_bytes(blob)
    (folder / "parameters").write_bytes(parameters)
    (folder / "config").write_text(CONFIG.format(megabytes=MEGABYTES, model=MODEL,
                                                 kernel=KERNEL_AT))
    (folder / "debugger").write_text("c\nq\n")
    subprocess.run(["nasm", "-f", "bin", f"-DBLOB={KERNEL_AT:#x}",
                    f"-DBLOB_END={KERNEL_AT + len(blob):#x}", f"-DENTRY={KERNEL_AT + 0x200:#x}",
                    f'-DPARAMETERS="{folder}/parameters"', "-o", folder / "rom",
                    program.ROOT / "asm/kvm/linux.asm"], check=True)
    started = time.monotonic()
    subprocess.run(["timeout", "-k", "2", str(seconds), "bochs", "-q", "-f", "config", "-rc",
                    "debugger"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env=program.environment(TERM="vt100"), check=False)
    return (kvm_machine.read_output(folder / "data", folder / "out", folder / "console"),
            time.monotonic() - started)
