# SPDX-License-Identifier: ISC
# QEMU's malta, little-endian MIPS32r2, with Debian's 4kc-malta kernel. It cannot power off: a reboot ends a run.
TARGET := mipsel
KERNEL_ARCH := mipsel
KERNEL_PACKAGE := linux-image-4kc-malta
QEMU := qemu-system-mipsel -M malta
CONSOLE := ttyS0
MEMORY := 128
DISK := ide
POWEROFF := reboot
