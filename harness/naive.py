# SPDX-License-Identifier: MIT
"""What `clobber fuzz` is measured against: a plain random differential generator.

For each prototype a caller and a callee, compiled by two compilers, linked in all four pairings with
libc, run, and the output compared. Four compiled functions a prototype. One prototype after the
other on one processor would flatter clobber: as many run at once as there are processors.
"""
import itertools
import os
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TYPES = ["char", "short", "int", "long", "long long", "float", "double", "long double", "void *"]
SCALARS = {"void *": "p", "float": "g", "double": "g", "long double": "Lg"}


def sources(seed: int) -> dict[str, str]:
    r = random.Random(seed)
    types = [r.choice(TYPES) for _ in range(r.randint(1, 9))]
    params = ", ".join(f"{t} a{i}" for i, t in enumerate(types))
    values = ", ".join(f"({t})(long){r.randint(1, 2 ** 30)}" for t in types)
    prints = "".join(f'\tprintf("%{SCALARS[t]}\\n", a{i});\n' if t in SCALARS else
                     f'\tprintf("%lld\\n", (long long)a{i});\n' for i, t in enumerate(types))
    return {"callee": f"#include <stdio.h>\nlong f({params})\n{{\n{prints}\treturn 42;\n}}\n",
            "caller": f"#include <stdio.h>\nlong f({params});\nint main(void)\n{{\n"
                      f'\tprintf("%ld\\n", f({values}));\n\treturn 0;\n}}\n'}


def one(folder: Path, ccs: tuple[str, str], seed: int) -> int:
    """Compiled functions of one prototype."""
    for part, text in sources(seed).items():
        (folder / f"{seed}{part}.c").write_text(text)
    for cc, part in itertools.product(ccs, ("callee", "caller")):
        subprocess.run([cc, "-O2", "-w", "-c", "-o", folder / f"{seed}{part}.{cc}.o",
                        folder / f"{seed}{part}.c"], check=True)
    outputs = set()
    for a, b in itertools.product(ccs, ccs):
        exe = folder / f"{seed}.{a}.{b}"
        subprocess.run([ccs[0], "-o", exe, folder / f"{seed}caller.{a}.o",
                        folder / f"{seed}callee.{b}.o"], check=True)
        outputs.add(subprocess.run([exe], check=True, capture_output=True).stdout)
    assert len(outputs) == 1, f"seed {seed}: the compilers differ"
    return 4


def functions(folder: Path, ccs: tuple[str, str], prototypes: int) -> int:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(lambda seed: one(folder, ccs, seed), range(prototypes)))
