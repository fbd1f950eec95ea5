#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Real kernel assembly: fetch Debian's linux-source packages once, assemble files of them out of tree.

    tree.py fetch               download and unpack what is needed into the cache; needs apt
    tree.py assemble DIR        assemble every file of FILES into DIR, of Linux 6.1

Nothing of the kernel is in this repository. The cache is $CLOBBER_CACHE, or ~/.cache/clobber.
stub/ stands in for headers that a kernel's build generates: configuration, offsets.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Debian 12 has both, the second from bookworm-security.
VERSIONS = ("6.1", "6.12")
STUB = Path(__file__).resolve().parent / "stub"
PARTS = ("Makefile", "arch/x86/*", "include/*")

# Files under arch/x86, by width.
FILES = {
    64: ["kvm/vmx/vmenter", "lib/hweight", "lib/getuser", "lib/putuser", "entry/thunk_64",
         "lib/memcpy_64", "lib/memset_64", "lib/memmove_64", "lib/copy_page_64",
         "lib/clear_page_64", "lib/retpoline", "crypto/twofish-x86_64-asm_64",
         "crypto/sha256-ssse3-asm", "crypto/des3_ede-asm_64", "crypto/blake2s-core",
         "crypto/chacha-ssse3-x86_64"],
    32: ["kvm/vmx/vmenter", "lib/hweight", "lib/getuser", "lib/putuser", "entry/thunk_32",
         "lib/checksum_32", "lib/atomic64_cx8_32", "lib/retpoline", "math-emu/div_small",
         "math-emu/shr_Xsig", "math-emu/mul_Xsig", "math-emu/wm_shrx", "math-emu/round_Xsig"],
}


# What of 6.12 is checked; the contracts are those of 6.1 but for contracts/only6_12.h.
FILES_6_12 = {
    64: ["kvm/vmx/vmenter", "kvm/svm/vmenter", "lib/hweight", "lib/getuser", "lib/putuser",
         "entry/thunk", "lib/retpoline", "lib/memcpy_64", "lib/memset_64", "lib/memmove_64",
         "lib/copy_page_64", "lib/clear_page_64", "virt/vmx/tdx/seamcall", "coco/tdx/tdcall"],
    32: ["kvm/vmx/vmenter", "kvm/svm/vmenter", "lib/hweight", "lib/getuser", "lib/putuser",
         "entry/thunk", "lib/retpoline"],
}

# Functions in these take less than they use (contracts/declared.h).
MORE = ["crypto/sha1_ssse3_asm", "crypto/aesni-intel_asm", "crypto/ghash-clmulni-intel_asm"]


class Absent(Exception):
    """The sources are not there and were not asked for, or cannot be had: the message says why."""


def cache() -> Path:
    return Path(os.environ.get("CLOBBER_CACHE", Path.home() / ".cache" / "clobber"))


def tree(of: str = "6.1") -> Path:
    """The unpacked tree, the newest of several."""
    package = "linux-source-" + of
    found = sorted(cache().glob(package + "_*/Makefile"), key=lambda p: p.stat().st_mtime)
    if not found:
        raise Absent(f"{package} is not in {cache()}: make check-real downloads it")
    return found[-1].parent


def run(*command, **more) -> str:
    p = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                       errors="replace", **more)
    if p.returncode:
        said = (p.stderr or p.stdout or "no reason given").strip().splitlines()
        raise Absent(f"{command[0]} failed: {said[-1]}")
    return p.stdout


def fetch(of: str = "6.1") -> Path:
    """Download and unpack, unless it is there; whatever ends this early leaves no tree behind."""
    package = "linux-source-" + of
    try:
        return tree(of)
    except Absent:
        pass
    for tool in ("apt-get", "dpkg-deb", "tar", "xz"):
        if not shutil.which(tool):
            raise Absent(f"{tool} is needed to fetch {package}")
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        run("apt-get", "download", "-qq", package, cwd=folder)
        deb = next(Path(folder).glob("*.deb"))
        run("dpkg-deb", "-x", deb, Path(folder) / "deb")
        new = Path(folder) / "tree"
        new.mkdir()
        run("tar", "-xf", Path(folder) / f"deb/usr/src/{package}.tar.xz", "-C", new,
            "--strip-components=1", "--wildcards", *(f"{package}/{p}" for p in PARTS))
        target = cache() / deb.stem
        new.rename(target)
    return target


def version(source: Path) -> str:
    """As the tree's Makefile says: 6.1.192."""
    words = dict(line.split(" = ") for line in (source / "Makefile").read_text().splitlines()[:6]
                 if line.count(" = ") == 1)
    return ".".join(words[k] for k in ("VERSION", "PATCHLEVEL", "SUBLEVEL"))


def assemble(source: Path, width: int, name: str, out: Path, cc: str = "gcc",
             text: Path | None = None) -> Path:
    """One file of arch/x86, or `text` in its place, as the kernel's own build would; `out` is the
    object."""
    s = source / "arch/x86" / (name + ".S")
    x86 = source / "arch/x86/include"
    run(cc, f"-m{width}", "-nostdinc", "-fno-PIE", "-D__KERNEL__", "-D__ASSEMBLY__",
        "-DCONFIG_FUNCTION_ALIGNMENT=16",
        f"-I{STUB}", f"-I{STUB}/kvm", f"-I{s.parent}", f"-I{x86}", f"-I{source}/include",
        f"-I{x86}/uapi", f"-I{source}/include/uapi",
        "-include", source / "include/linux/kconfig.h", "-c", text or s, "-o", out)
    return out


def assemble_all(source: Path, folder: Path, files=None) -> dict[int, dict[str, Path]]:
    """Every file: width -> name -> object."""
    folder.mkdir(parents=True, exist_ok=True)
    return {width: {name: assemble(source, width, name,
                                   folder / f"{name.replace('/', '-')}.{width}.o")
                    for name in names}
            for width, names in (files or FILES).items()}


def main(arguments) -> int:
    try:
        if arguments == ["fetch"]:
            for of in VERSIONS:
                where = fetch(of)
                print(f"Linux {version(where)} in {where}")
        elif len(arguments) == 2 and arguments[0] == "assemble":
            assemble_all(tree(), Path(arguments[1]))
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except Absent as e:
        print(f"tree.py: {e}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
