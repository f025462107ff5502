# SPDX-License-Identifier: ISC
# The verbs that test: included by the top Makefile. Every part leaves its counts in
# out/results/PART.tsv, see tests/sum.sh.

# --- unit tests: every tests/unit/*_test.c is a cmocka program of its own, for every target ---------
UNIT := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*_test.c))

$(OUT)/tests/%.o: tests/unit/%.c $(OUT)/config.h $(LIBS) Makefile | $(GENERATED)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -c $< -o $@

$(UNIT): $(OUT)/tests/%: $(OUT)/tests/%.o $(OUT)/libpintle.a
	@echo "  LD      $@"
	@$(CC) $(LDFLAGS) -fno-lto -o $@ $(CRT1) $(SYSROOT)/lib/crti.o $^ -lcmocka $(LDLIBS) $(SYSROOT)/lib/crtn.o

.SECONDARY: $(UNIT:=.o)
-include $(UNIT:=.d)

.PHONY: unit check check-unit check-host
unit: $(UNIT)
	@sh tests/unit/run.sh $(TARGET) "$(EMULATOR_$(TARGET))" $(UNIT)

check-unit: ## unit tests; TARGETS="x86_64 mips" for some of: all seven instruction sets
	@rm -f out/results/unit.tsv
	@bad=0; for t in $(TARGETS); do $(MAKE) BOARD=qemu_$$t unit || bad=1; done; \
		sh tests/sum.sh show unit || bad=1; exit $$bad

# --- host tests: PID 1 and the tools on the build machine -------------------------------------------
HOST_TESTS = $(sort $(wildcard tests/host/*.bats))

check-host: ## PID 1 in namespaces on this machine; HOST_TESTS="tests/host/images.bats" for some
	@$(MAKE) BOARD=host all
	@$(MAKE) BOARD=qemu_x86_64 kernel
	@rm -f out/results/host.tsv
	@bad=0; PINTLE=$(CURDIR)/out/host/pintle TEST_OUT=$(CURDIR)/out/tests sh tests/host/run.sh $(HOST_TESTS) || bad=1; \
		sh tests/sum.sh show host || bad=1; exit $$bad

# --- conformance: the Open Container Initiative's own programs, built and kept outside of this folder ---
RUNTIME ?= $(CURDIR)/out/host/pintle-runc
.PHONY: check-conformance
check-conformance: ## runtime-tools' validation programs: OCI_SUITE=folder; RUNTIME=/usr/bin/crun for another runtime
	@$(MAKE) BOARD=host all
	@ln -sf pintle out/host/pintle-runc
	@tests/conformance/run $(RUNTIME) "$${OCI_SUITE:?OCI_SUITE is the folder of the built suite}"

# Debian's 6.1 kernel with control groups of version 2 alone, the guest's programs this machine's own.
.PHONY: check-qemu
QEMU_TESTS ?= engines.bats attacks.bats attacks_userns.bats
check-qemu: ## podman, containerd and the attacks in QEMU with cgroup v2, beside crun
	@$(MAKE) BOARD=host all
	@$(MAKE) BOARD=qemu_x86_64 kernel
	@rm -f out/results/qemu.tsv
	@bad=0; BUSYBOX=$$(tests/images/busybox.sh out/busybox amd64) PINTLE=out/host/pintle tests/qemu/run $(QEMU_TESTS) || bad=1; \
		sh tests/sum.sh show qemu || bad=1; exit $$bad

.PHONY: check-race
check-race: ## twice 60 s of a sibling that swaps what containers mount on, with and without a user namespace
	@$(MAKE) BOARD=host all
	@RACE_SECONDS=60 PINTLE=$(CURDIR)/out/host/pintle TEST_OUT=$(CURDIR)/out/tests bats -f sibling tests/host/attacks.bats tests/host/attacks_userns.bats

.PHONY: bench-runtime bench-runtime-qemu
bench-runtime-qemu: ## bench-runtime in QEMU, with control groups of version 2 alone
	@$(MAKE) BOARD=host all
	@$(MAKE) BOARD=qemu_x86_64 kernel
	@ln -sf pintle out/host/pintle-runc
	@BUSYBOX=$$(tests/images/busybox.sh out/busybox amd64) PINTLE=out/host/pintle tests/qemu/run bench
bench-runtime: ## time and memory of pintle-runc beside crun, runc and the bare floor; 1,000 containers, 200 at once
	@$(MAKE) BOARD=host all
	@ln -sf pintle out/host/pintle-runc
	@unshare -m --propagation private python3 tests/bench/runtime.py $(RUNTIME) "$$(tests/images/busybox.sh out/busybox amd64)"

# --- fuzz: every tests/fuzz/NAME_fuzz.c with tests/fuzz/corpus/NAME/, by clang on this machine --------
FUZZ := $(patsubst tests/fuzz/%.c,out/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SECONDS ?= 60
FUZZ_FLAGS = -std=gnu17 -O1 -g -w -fno-strict-aliasing -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-I. -I$(OUT)/gen -Iout/fuzz/include -include $(OUT)/config.h -D_GNU_SOURCE -MMD -MP
FUZZ_OBJECTS := $(patsubst $(OBJ)/%,out/fuzz/obj/%,$(filter-out $(MAIN),$(OBJECTS)))

out/fuzz/lib.a: tests/fuzz/libs.sh $(LIBS)
	@sh $< out/deps/src $(SYSROOT) out/fuzz

out/fuzz/obj/%.o: %.c $(OUT)/config.h out/fuzz/lib.a | $(GENERATED)
	@mkdir -p $(@D)
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

out/fuzz/libpintle.a: $(FUZZ_OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(FUZZ): out/fuzz/%: tests/fuzz/%.c out/fuzz/libpintle.a out/fuzz/lib.a
	@echo "  FUZZ    $@"
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer $< out/fuzz/libpintle.a out/fuzz/lib.a -o $@

-include $(FUZZ_OBJECTS:.o=.d)

.PHONY: fuzz fuzz-ready check-fuzz
fuzz-ready: $(FUZZ)
fuzz: ## libFuzzer with ASan and UBSan, FUZZ_SECONDS=60 each
	@$(MAKE) BOARD=host fuzz-ready
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ)
check-fuzz: ## the fuzzers' corpus again, and 3 seconds each of search
	@$(MAKE) fuzz FUZZ_SECONDS=3

# --- lint and reproducibility -----------------------------------------------------------------------
.PHONY: lint check-repro check-options
lint: ## folder rule, calls PID 1 may not make, sizes of functions and files, shellcheck
	@$(MAKE) BOARD=host out/host/libpintle.a out/host/obj/init/main.o
	@sh tests/lint/run.sh out/host $(CROSS_x86_64)nm

REPRO_BOARDS := qemu_x86_64 qemu_armv7 qemu_mips
check-repro: ## two builds in two folders give the same bytes
	@+MAKE='$(MAKE)' sh tests/repro.sh $(REPRO_BOARDS)

check-options: ## the host's binary without each option in turn
	@+MAKE='$(MAKE)' sh tests/options.sh host

# --- everything --------------------------------------------------------------------------------------
CHECKS := lint check-repro check-options check-unit check-host check-qemu check-fuzz check-boot

check: ## every test; ends with a line "N passed, N failed, N skipped"
	@+MAKE='$(MAKE)' sh tests/check.sh $(CHECKS)
