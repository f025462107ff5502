# SPDX-License-Identifier: ISC
# QEMU's virt machine with a Cortex-A53 and Debian's arm64 kernel.
TARGET := aarch64
KERNEL_ARCH := arm64
KERNEL_PACKAGE := linux-image-arm64
QEMU := qemu-system-aarch64 -M virt -cpu cortex-a53
CONSOLE := ttyAMA0
MEMORY := 128
DISK := virtio
POWEROFF := poweroff
