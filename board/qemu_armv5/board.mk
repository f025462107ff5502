# SPDX-License-Identifier: ISC
# QEMU's versatilepb with an ARM926; the kernel is built from Debian's linux-source by make kernel.
TARGET := armv5
KERNEL_ARCH := arm
KERNEL_PACKAGE := source
QEMU := qemu-system-arm -M versatilepb -cpu arm926
CONSOLE := ttyAMA0
MEMORY := 96
DISK := virtio
POWEROFF := reboot
