# SPDX-License-Identifier: ISC
# The boards in QEMU: kernels, initial RAM disks, the show, the boot tests. A board says what it is
# in its board.mk; everything here is the same for all.
KERNELS := out/kernels
KERNEL_SUITE ?= bookworm
ROOT ?=

# Debian's own package, or a small kernel built from Debian's source where Debian has none.
ifeq ($(KERNEL_PACKAGE),source)
KERNEL := $(KERNELS)/$(BOARD)/stamp
KCONFIGS := board/kernel/common.config board/$(BOARD)/kernel.config
$(KERNEL): board/image/source-kernel.sh $(KCONFIGS) | $(HOST)
	@JOBS=$(JOBS) sh $< $(@D) $(KERNEL_ARCH) $(CROSS) $(KCONFIGS)
	@touch $@
else ifneq ($(KERNEL_PACKAGE),)
KERNEL := $(KERNELS)/$(BOARD)/version
$(KERNEL): | $(HOST)
	@sh board/image/kernel.sh $(@D) $(KERNEL_ARCH) $(KERNEL_PACKAGE) $(KERNEL_SUITE)
endif

# A second, older kernel of a board, for the tests: VERSION:SUITE. A mirror may have dropped it.
OLD_KERNEL_DIR := $(if $(OLD_KERNEL),$(KERNELS)/$(BOARD)-$(firstword $(subst :, ,$(OLD_KERNEL))))

.PHONY: kernel initramfs run check-boot bench boot-ready
kernel: $(KERNEL) ## the kernel of BOARD: Debian's, or built from Debian's source (minutes)
	@:

initramfs: $(OUT)/pintle $(KERNEL) ## an initial RAM disk of BOARD with ROOT=folder laid over it
	@python3 board/image/appliance.py $(BOARD) $(OUT)/initramfs.gz $(ROOT)
	@echo "  $(OUT)/initramfs.gz"

# What the boot tests have inside: the smallest program there can be, as an init and in an image.
$(OUT)/tests/probe: tests/boot/probe.c $(OUT)/config.h $(LIBS)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -MF $@.d $(LDFLAGS) -o $@ $(CRT1) $(SYSROOT)/lib/crti.o $< \
		-Wl,--start-group -lc -lgcc -Wl,--end-group $(SYSROOT)/lib/crtn.o

boot-ready: $(OUT)/pintle $(KERNEL) $(OUT)/tests/probe
ifneq ($(OLD_KERNEL),)
	@sh board/image/kernel.sh $(OLD_KERNEL_DIR) $(KERNEL_ARCH) $(KERNEL_PACKAGE) \
		$(lastword $(subst :, ,$(OLD_KERNEL))) || echo "  going on without $(OLD_KERNEL_DIR)"
endif

RUN_BOARD := $(if $(filter file,$(origin BOARD)),qemu_armv7,$(BOARD))
run: ## the main job on a board in QEMU (qemu_armv7 unless BOARD= is given)
	@$(MAKE) BOARD=$(RUN_BOARD) out/$(RUN_BOARD)/pintle kernel out/$(RUN_BOARD)/tests/probe
	@python3 board/qemu/show.py $(RUN_BOARD)

# Boards whose kernel takes minutes are tested when they are asked for: BOARDS=qemu_mips.
BOOT_BOARDS := $(if $(findstring command,$(origin BOARDS)),$(BOARDS),\
	qemu_armv7 qemu_aarch64 qemu_mipsel qemu_x86_64)
check-boot: ## boot tests on four boards in QEMU, or on BOARDS="..."
	@for board in $(BOOT_BOARDS); do $(MAKE) BOARD=$$board boot-ready || exit 1; done
	@python3 tests/boot/run $(BOOT_BOARDS)

bench: ## boot times and memory on four boards in QEMU, or on BOARDS="..."
	@for board in $(BOOT_BOARDS); do $(MAKE) BOARD=$$board boot-ready || exit 1; done
	@python3 tests/boot/bench $(BOOT_BOARDS)
