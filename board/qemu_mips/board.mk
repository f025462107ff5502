# SPDX-License-Identifier: ISC
# QEMU's malta, big-endian MIPS32r2; the kernel is built from Debian's linux-source by make kernel.
TARGET := mips
KERNEL_ARCH := mips
KERNEL_PACKAGE := source
QEMU := qemu-system-mips -M malta
CONSOLE := ttyS0
MEMORY := 96
DISK := virtio
POWEROFF := reboot
