# SPDX-License-Identifier: MIT
"""A small Linux machine that has KVM, on any host: Debian's cloud kernel under QEMU's TCG (its
emulated processor has SVM, so kvm_amd) or Bochs (VMX, so kvm_intel: bochs.py), with an initramfs
that holds the built program, prebuilt payloads and the commands to run. What they print and write
is brought out through the second serial port.

Needs Debian's packages only: qemu-system-x86 installed, and the kernel and busybox-static, which
apt downloads once into CLOBBER_CACHE (~/.cache/clobber) and nothing installs.
"""
import io
import os
import re
import shutil
import subprocess
import tarfile
import time
from pathlib import Path
from typing import NamedTuple

KERNEL = "linux-image-cloud-amd64"  # depends on the newest
BUSYBOX = "busybox-static"
MODULES = ("virt/lib/irqbypass.ko", "arch/x86/kvm/kvm.ko", "arch/x86/kvm/kvm-amd.ko",
           "arch/x86/kvm/kvm-intel.ko")
MARK = b"\nEND OF OUTPUT\n"


class Unavailable(Exception):
    """What is missing, and what to do about it."""


class Output(NamedTuple):
    status: int
    stdout: str
    stderr: str


def cache() -> Path:
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clobber"
    folder = Path(os.environ.get("CLOBBER_CACHE") or default)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def apt(*command: str, cwd: Path) -> str:
    r = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if r.returncode:
        raise Unavailable(f"`{' '.join(command)}' failed: {r.stderr.strip() or r.stdout.strip()}")
    return r.stdout


def unpacked(package: str) -> Path:
    """The folder with the package's files: as cached, else downloaded and unpacked."""
    folder = cache()
    done = sorted(folder.glob(f"{package}_*/.done"), key=lambda p: p.stat().st_mtime)
    if done:
        return done[-1].parent
    if not shutil.which("apt-get"):
        raise Unavailable(f"{package}: there is no apt-get to download it with")
    name = package
    if package == KERNEL:
        depends = apt("apt-cache", "show", package, cwd=folder)
        name = re.search(r"^Depends: (linux-image-[\w.+-]+)", depends, re.M)[1]
    debs = folder / "deb"
    debs.mkdir(exist_ok=True)
    # Its own user cannot write here when root asks; there is nothing to protect root from.
    apt("apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", name, cwd=debs)
    deb = max(debs.glob(f"{name}_*.deb"), key=lambda p: p.stat().st_mtime)
    to = folder / f"{package}_{deb.name.split('_')[1]}"
    apt("dpkg-deb", "-x", str(deb), str(to), cwd=folder)
    (to / ".done").touch()
    return to


def libraries(program: Path) -> dict[str, Path]:
    """What the dynamic linker loads, by the path it looks for it at."""
    out = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    found = re.findall(r"(?:=> )?(/\S+) \(0x", out)
    return {path: Path(path) for path in found}


class Cpio:
    """An initramfs: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst."""

    def __init__(self) -> None:
        self.out, self.number, self.folders = io.BytesIO(), 0, set()

    def entry(self, name: str, mode: int, data: bytes) -> None:
        self.number += 1
        fields = (self.number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
        for part in (head, data):
            self.out.write(part + bytes(-len(part) % 4))

    def folder(self, name: str) -> None:
        if name and name not in self.folders:
            self.folder(name.rpartition("/")[0])
            self.folders.add(name)
            self.entry(name, 0o040755, b"")

    def file(self, name: str, data: bytes, mode: int = 0o100755) -> None:
        name = name.lstrip("/")
        self.folder(name.rpartition("/")[0])
        self.entry(name, mode, data)

    def tree(self, name: str, path: Path) -> None:
        path = path.resolve()
        if path.is_dir():
            self.folder(name.strip("/"))
            for child in sorted(path.iterdir()):
                self.tree(f"{name}/{child.name}", child)
        else:
            self.file(name, path.read_bytes(), path.stat().st_mode | 0o100444)

    def close(self) -> bytes:
        self.entry("TRAILER!!!", 0, b"")
        return self.out.getvalue()


def program_files(build: Path) -> dict[str, Path]:
    """The built program, what runs one payload for its tests, and their data."""
    data = build / "data"
    return {"/bin/clobber": build / "clobber", "/bin/vmx_probe": build / "vmx_probe",
            "/bin/data/runtime": data / "runtime", "/bin/data/cases": data / "cases",
            "/bin/data/include/payload": data / "include/payload"}


def quoted(word: object) -> str:
    return "'" + str(word).replace("'", "'\\''") + "'"


def init(commands: dict[str, list], off: str) -> str:
    """The first process: loads KVM, runs the commands, hands out /out, switches the machine off."""
    lines = ["#!/bin/busybox sh", "b=/bin/busybox", "$b mount -t proc p /proc",
             "$b mount -t sysfs s /sys", "$b mount -t devtmpfs d /dev",
             "$b stty -F /dev/ttyS1 raw -echo",
             "for m in irqbypass kvm; do $b insmod /m/$m.ko; done",
             "case $($b cat /proc/cpuinfo) in",
             "*' svm'*) $b insmod /m/kvm-amd.ko ;; *' vmx'*) $b insmod /m/kvm-intel.ko ;;",
             "*) echo 'this processor has neither svm nor vmx' ;; esac",
             "export PATH=/bin HOME=/ TMPDIR=/tmp", "cd /", "$b mkdir -p /out /tmp"]
    for name, command in commands.items():
        words = " ".join(quoted(w) for w in command)
        lines += [f"read up rest </proc/uptime; echo \"[$up] {name}\"",
                  f"{words} >/out/{name}.stdout 2>/out/{name}.stderr; "
                  f"echo $? >/out/{name}.status"]
    lines += ["$b dmesg >/out/dmesg", "read up rest </proc/uptime; echo \"[$up] done\"",
              "$b rm -rf /out/*/work",
              "{ $b tar -c -f - -C /out . | $b gzip -1; printf '\\nEND OF OUTPUT\\n'; }"
              " >/dev/ttyS1", "$b stty -F /dev/ttyS1 cooked", off]
    return "\n".join(lines) + "\n"


def initramfs(commands: dict[str, list], files: dict[str, Path], off: str) -> bytes:
    kernel, busybox = unpacked(KERNEL), unpacked(BUSYBOX)
    modules = next((kernel / "lib/modules").iterdir()) / "kernel"
    c = Cpio()
    for name in ("proc", "sys", "dev", "tmp"):
        c.folder(name)
    c.file("bin/busybox", (busybox / "bin/busybox").read_bytes())
    for m in MODULES:
        c.file(f"m/{Path(m).name}", (modules / m).read_bytes())
    loaded: dict[str, Path] = {}
    c.file("etc/passwd", b"root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n", 0o100644)
    for to, path in files.items():
        c.tree(to.lstrip("/"), path)
        if to.startswith("/bin/") and path.is_file():
            loaded |= libraries(path)
    for to, path in loaded.items():
        c.file(to, path.resolve().read_bytes())
    c.file("init", init(commands, off).encode())
    return c.close()


def read_output(path: Path, out: Path, console: Path) -> dict[str, Output]:
    data = path.read_bytes() if path.exists() else b""
    if not data.endswith(MARK):
        tail = console.read_text(errors="replace")[-3000:] if console.exists() else ""
        raise AssertionError(f"the machine brought out nothing whole; its console ends:\n{tail}")
    with tarfile.open(fileobj=io.BytesIO(data[:-len(MARK)]), mode="r:gz") as t:
        t.extractall(out, filter="data") if hasattr(tarfile, "data_filter") else t.extractall(out)
    return {p.stem: Output(int(p.read_text()), p.with_suffix(".stdout").read_text(),
                           p.with_suffix(".stderr").read_text())
            for p in out.glob("*.status")}


QEMU = "qemu-system-x86_64"
# Without SMAP: QEMU 7.2 lets IRET read a process's stack with a kernel's rights, and Linux takes the
# fault that follows for its own. A case of cases/thread/entries.h executes IRET.
CPU = "max,-smap"


def why_not() -> str | None:
    if not shutil.which(QEMU):
        return "qemu-system-x86_64 absent (make deps-kvm)"
    try:
        unpacked(KERNEL), unpacked(BUSYBOX)
    except Unavailable as e:
        return str(e)
    return None


def run_qemu(folder: Path, commands: dict[str, list], files: dict[str, Path],
             seconds: int = 300) -> tuple[dict[str, Output], float]:
    """Boot, run the commands, bring /out into folder/out. The outputs, and seconds it took. One
    processor: with two, TCG's threads and a guest in a guest have been seen to hang."""
    image, console, data = folder / "initramfs", folder / "console", folder / "data"
    image.write_bytes(initramfs(commands, files, "/bin/busybox poweroff -f"))
    kernel = next((unpacked(KERNEL) / "boot").glob("vmlinuz-*"))
    started = time.monotonic()
    command = [QEMU, "-accel", "tcg", "-cpu", CPU, "-M", "q35", "-m", "1024", "-smp", "1",
               "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
               "-serial", f"file:{console}", "-serial", f"file:{data}", "-kernel", str(kernel),
               "-initrd", str(image), "-append",
               "console=ttyS0 quiet panic=-1 tsc=reliable mitigations=off nokaslr "
               "random.trust_cpu=on"]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
                       check=True)
    except subprocess.TimeoutExpired:
        tail = console.read_text(errors="replace")[-3000:]
        raise AssertionError(f"the machine did not end within {seconds} s; its console:\n{tail}")
    except subprocess.CalledProcessError as e:
        raise AssertionError(f"{QEMU} ended with status {e.returncode}: {e.stderr.decode()}")
    return read_output(data, folder / "out", console), time.monotonic() - started
