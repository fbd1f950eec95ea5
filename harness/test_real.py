# SPDX-License-Identifier: MIT
"""Hand-written assembly of others: functions of Linux 6.1 against contracts (kernel/contracts),
functions of static libraries that Debian ships against their prototypes. As they are they pass;
each mutant fails with the register or slot it breaks.

The kernel's sources are downloaded by `make check-real` once; until then these tests are not-run."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import elf
import objmutate
import real
from kernel import tree
from program import HARNESS, run

CONTRACTS = HARNESS / "kernel" / "contracts"
LIBRARIES = HARNESS / "libraries"


@pytest.fixture(scope="module")
def objects(tmp_path_factory) -> dict[int, dict[str, Path]]:
    try:
        return tree.assemble_all(tree.tree(), tmp_path_factory.mktemp("objects"))
    except tree.Absent as e:
        pytest.skip(f"not-run: {e}")
