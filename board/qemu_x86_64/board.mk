# SPDX-License-Identifier: ISC
# QEMU's q35 PC with Debian's amd64 kernel.
TARGET := x86_64
KERNEL_ARCH := amd64
KERNEL_PACKAGE := linux-image-amd64
QEMU := qemu-system-x86_64 -M q35 -cpu max
CONSOLE := ttyS0
MEMORY := 160
DISK := virtio
POWEROFF := poweroff
