# SPDX-License-Identifier: ISC
# The instruction sets pintle is built for: Debian's cross compiler, its flags, musl's name for the
# target, the runner for unit tests. A board names one of them as TARGET in its board.mk.
TARGETS := x86_64 aarch64 armv7 armv5 mipsel mips riscv64

# The binary made of all objects at once, 2 % smaller. Not on MIPS: with MIPS16e code gcc 12 makes children
# of clone that die of SIGBUS. Not on x86-64: lint reads the symbols of its objects, and nm tells fewer then.
LTO := -flto -flto-partition=one -ffat-lto-objects

CROSS_x86_64 := x86_64-linux-gnu-
MUSL_x86_64 := x86_64-linux-musl

CROSS_aarch64 := aarch64-linux-gnu-
MUSL_aarch64 := aarch64-linux-musl
LTO_aarch64 := $(LTO)
EMULATOR_aarch64 := qemu-aarch64-static

CROSS_armv7 := arm-linux-gnueabihf-
MUSL_armv7 := arm-linux-musleabihf
CPU_armv7 := -march=armv7-a+fp -mthumb
LTO_armv7 := $(LTO)
EMULATOR_armv7 := qemu-arm-static

CROSS_armv5 := arm-linux-gnueabi-
MUSL_armv5 := arm-linux-musleabi
CPU_armv5 := -march=armv5te -marm
LTO_armv5 := $(LTO)
EMULATOR_armv5 := qemu-arm-static -cpu arm926

CROSS_mipsel := mipsel-linux-gnu-
MUSL_mipsel := mipsel-linux-musl
CPU_mipsel := -march=mips32r2
CODE_mipsel := -mips16
EMULATOR_mipsel := qemu-mipsel-static

CROSS_mips := mips-linux-gnu-
MUSL_mips := mips-linux-musl
CPU_mips := -march=mips32r2
CODE_mips := -mips16
EMULATOR_mips := qemu-mips-static

CROSS_riscv64 := riscv64-linux-gnu-
MUSL_riscv64 := riscv64-linux-musl
EMULATOR_riscv64 := qemu-riscv64-static
