# SPDX-License-Identifier: MIT
"""make check-kvm, make check-kvm-intel: the verdicts of place kvm beside the native ones, in a
machine that has KVM on any host (kvm_machine.py, kvm_bochs.py).

usage: check_kvm.py qemu|bochs CLOBBER [--out DIR] [--place LIST] [OPTION OF clobber run]...

Payloads are built here and run there. DIR (results/kvm) then holds matrix.json, the reports, and in
verbose.txt what each payload cost.
Exit status: of `clobber run' there, or 1 when a verdict differs from the native one; 2 when there
is no such machine here.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("CLOBBER", sys.argv[2] if len(sys.argv) > 2 else "build/clobber")
import bench  # noqa: E402
import kvm_bochs  # noqa: E402
import kvm_machine  # noqa: E402
import program  # noqa: E402

MACHINES = {"qemu": (kvm_machine.why_not, kvm_machine.run_qemu, "O2", None),
            # An order of magnitude slower: what place kvm is about, with one compiler.
            "bochs": (kvm_bochs.why_not, kvm_bochs.run_bochs, "O2", "gcc")}
SECONDS = 3600  # with every compiler and case it takes many minutes
CASES = {"qemu": "cases/scalar,cases/thread,cases/kernel", "bochs": "cases/thread,cases/kernel"}


def arguments() -> tuple[argparse.Namespace, list[str]]:
    p = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    p.add_argument("machine", choices=MACHINES)
    p.add_argument("program")
    p.add_argument("--out", type=Path, default=Path("results/kvm"))
    p.add_argument("--place", default="native,kvm")
    return p.parse_known_args()


def with_defaults(machine: str, options: list[str]) -> list[str]:
    _, _, opt, cc = MACHINES[machine]
    for name, value in (("--cases", CASES[machine]), ("--opt", opt), ("--cc", cc)):
        if value and name not in options:
            options = [*options, name, value]
    return options


def main() -> int:
    args, options = arguments()
    why_not, run, _, _ = MACHINES[args.machine]
    why = why_not()
    if why:
        print(f"not-run: {why}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as tmp:
        folder = Path(tmp)
        status = subprocess.run([program.PROGRAM, "run", "--build-only", "--out", folder / "built",
                                 *with_defaults(args.machine, options)], check=False).returncode
        if status:
            return status
        command = ["clobber", "run", "--built", "/built", "--place", args.place, "--out",
                   "/out/kvm", "--color", "never", "-v", "--jobs", "1"]
        files = kvm_machine.program_files(program.PROGRAM.parent) | {"/built": folder / "built"}
        outputs, seconds = run(folder, {"kvm": command}, files, SECONDS)
        out = outputs["kvm"]
        sys.stderr.write(out.stderr)
        if out.status == 2:
            sys.stdout.write(out.stdout)
            return 2
        args.out.mkdir(parents=True, exist_ok=True)
        for path in (folder / "out/kvm").iterdir():
            shutil.copy(path, args.out / path.name)
    (args.out / "verbose.txt").write_text(out.stdout)
    m = program.load(args.out)
    report = subprocess.run([program.PROGRAM, "report", args.out, "--format", "txt"], check=True,
                            capture_output=True, text=True).stdout
    (args.out / "report.txt").write_text(report)
    print(report)
    print(out.stdout[out.stdout.index("payloads: milliseconds"):])
    bench.print_ratios(out.stdout, m.data["places"], {})
    kvm = next((p for p in m.data["places"] if p["name"] == "kvm"), None)
    differences = m.data["differences"]
    if kvm:
        print(f"place kvm ({kvm['engine']}): {kvm['compared']} cases also run natively, "
              f"{len(differences)} with another verdict")
    print(f"{args.out}/matrix.json; the machine took {seconds:.0f} s")
    for d in differences:
        print(f"{d['case']} as {d['direction']}, {d['column']}: {d['verdict']}, natively "
              f"{d['native']}: {d['reason']}")
    return out.status or bool(differences) or not (kvm and kvm["compared"])


if __name__ == "__main__":
    sys.exit(main())
