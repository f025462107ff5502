# SPDX-License-Identifier: ISC
# QEMU's virt machine, RISC-V 64-bit; the kernel is built from Debian's linux-source by make kernel.
TARGET := riscv64
KERNEL_ARCH := riscv
KERNEL_PACKAGE := source
QEMU := qemu-system-riscv64 -M virt
CONSOLE := ttyS0
MEMORY := 128
DISK := virtio
POWEROFF := poweroff
