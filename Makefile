# SPDX-License-Identifier: MIT
# A thin front door over meson and ninja.
BUILD ?= build
PYTHON ?= /usr/bin/python3
CLOBBER = $(BUILD)/clobber
RUN_ARGS ?=
# The sets that `make check` answers from, with those of their cases that exercise something that no
# other does (--cover); `make check-all` runs every case of every set.
CHECK_CASES ?= cases/scalar,cases/thread,cases/kernel

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja:
	@meson setup $(BUILD) > $(BUILD).log 2>&1 || { cat $(BUILD).log; rm -rf $(BUILD); false; }
	@mv $(BUILD).log $(BUILD)/setup.log

# Install what is missing; quick, and without root, when nothing is. `make deps test' also wants the
# machine with KVM; without it the tests of place kvm are not-run, and say so.
deps:
	@sh ./deps.sh base
ifneq ($(filter test,$(MAKECMDGOALS)),)
	@sh ./deps.sh kvm || echo "the tests of place kvm will be not-run" >&2
endif
deps-compilers:
	@sh ./deps.sh compilers
deps-tests:
	@sh ./deps.sh tests
deps-kvm:
	@sh ./deps.sh kvm
# Bochs without its debugger, three times as fast; some minutes. BOCHS_SOURCE=FOLDER, BOCHS_PREFIX=FOLDER: harness/bochs.sh.
deps-bochs:
	@sh ./deps.sh bochs
	@sh harness/bochs.sh

# The main job: every compiler found, every convention, the matrix on the terminal.
check: all
	@$(CLOBBER) run --cover --cases $(CHECK_CASES) $(RUN_ARGS)
check-all: all
	@command -v x86_64-w64-mingw32-gcc >/dev/null || echo 'profile windows: not-run: no x86_64-w64-mingw32-gcc (Debian: gcc-mingw-w64)' >&2
	@$(CLOBBER) run $(RUN_ARGS)

# Place kvm where there may be none: in a machine with kvm_amd under QEMU's TCG, or with kvm_intel
# under Bochs. Verdicts are compared with the native ones. The kernel is downloaded once, by apt.
KVM_ARGS ?=
check-kvm: all
	@$(PYTHON) harness/check_kvm.py qemu $(CLOBBER) $(KVM_ARGS)
check-kvm-intel: all
	@$(PYTHON) harness/check_kvm.py bochs $(CLOBBER) $(KVM_ARGS)

# A module a worker, where pytest-xdist is installed, and one more than there are processors: some only wait
# for a while. What was not run is told in the last lines.
PYTEST = CLOBBER=$(abspath $(CLOBBER)) $(PYTHON) -m pytest -q \
	$(shell $(PYTHON) -c 'import xdist' 2>/dev/null && echo --numprocesses $$(($$(nproc) + 1)) --maxprocesses 4 --dist loadfile)
PYTEST_ARGS ?=

test: all
	@meson test -C $(BUILD) --print-errorlogs
	@$(PYTEST) $(PYTEST_ARGS) harness
	@if $(CLOBBER) list places | grep -q '^native *32 *available'; then \
		echo 'Once more, as on a machine without 32-bit processes:'; \
		CLOBBER_WITHOUT=$(CLOBBER_WITHOUT),ia32 $(PYTEST) $(PYTEST_ARGS) -m ia32 harness; \
	fi

# Hand-written assembly of others: Linux 6.1, downloaded once (harness/kernel/tree.py), GNU MP, OpenSSL.
check-real: all
	@$(PYTHON) harness/kernel/tree.py fetch
	@CLOBBER=$(abspath $(CLOBBER)) CLOBBER_REAL=1 $(PYTHON) -m pytest -q -rs harness/test_real.py \
		harness/test_objmutate.py

# A second judge of the oracle: random prototypes as they are written, called by a stub of its own.
# ORACLE_DIFF names compilers, widths and how many: harness/oracle_diff.py --help.
oracle-diff: all
	CLOBBER=$(CURDIR)/build/clobber $(PYTHON) harness/oracle_diff.py $(ORACLE_DIFF)

# Faults of clobber itself, put into a copy one at a time: which test finds each? SOUNDNESS='--sample 50' adds
# as many at random; harness/soundness.py --help.
soundness: all
	@nice $(PYTHON) harness/soundness.py $(SOUNDNESS)

# Everything goes wrong for ten minutes: KILLS='--seconds 60'; harness/kill_at_random.py --help.
kill-at-random: all
	@CLOBBER=$(abspath $(CLOBBER)) $(PYTHON) harness/kill_at_random.py $(KILLS)

# What formatters and checkers of source say; harness/test_lint.py runs the quick ones. clang-tidy leaves
# out the payload's runtime, which is compiled as code of its own.
TIDY = $(filter-out %_test.c %_template.c src/payload/% src/vmx/% src/bundle/bundle_test.c,$(wildcard src/*.c src/*/*.c))
lint: all
	@$(PYTHON) -m pytest -q harness/test_lint.py
	@echo $(TIDY) | xargs -n 12 clang-tidy -p $(BUILD) --quiet 2>/dev/null

# libFuzzer on everything that is read from outside: FUZZERS='--time 600'; harness/fuzzers.py --help.
fuzzers: all
	@$(PYTHON) harness/fuzzers.py $(FUZZERS)

# The pages of the committed matrix, as `clobber report' renders it.
reference: all
	@$(CLOBBER) report results/reference/matrix.json.xz --format txt --output results/reference/report.txt
	@$(CLOBBER) report results/reference/matrix.json.xz --format md --output results/reference/report.md
	@$(CLOBBER) report results/reference/matrix.json.xz --format html --output results/reference/report.html

# The oracle in a browser: one HTML file (docs/page.md).
page: all
	@ninja -C $(BUILD) -t query explain.html > /dev/null 2>&1 || \
		{ echo 'make page: clang and wasm-ld are needed: install clang and lld, then remove $(BUILD)' >&2; false; }
	@ninja -C $(BUILD) --quiet explain.html
	@echo $(BUILD)/explain.html

bench: all
	@$(PYTHON) harness/bench.py $(CLOBBER)

# docs/images: needs gcc-12, clang-14, chromium, chromium-driver, python3-selenium and what the page needs.
pictures: all
	@CLOBBER=$(abspath $(CLOBBER)) $(PYTHON) harness/pictures.py

# Debian's packages of what is here, in $(BUILD)/deb (needs dpkg-dev and debhelper).
deb:
	@sh .ci/deb.sh $(BUILD)/deb

install: all
	@meson install -C $(BUILD)

clean:
	@rm -rf $(BUILD) $(BUILD).log results/latest results/repeat results/kvm

.PHONY: lint fuzzers soundness kill-at-random page pictures deb all oracle-diff deps deps-compilers deps-tests deps-kvm deps-bochs
.PHONY: check check-all check-kvm check-kvm-intel check-real test reference bench install clean
