# SPDX-License-Identifier: ISC
# QEMU's virt machine with a 32-bit Cortex-A15 and Debian's armmp kernel.
TARGET := armv7
KERNEL_ARCH := armhf
KERNEL_PACKAGE := linux-image-armmp
QEMU := qemu-system-arm -M virt,highmem=off -cpu cortex-a15
CONSOLE := ttyAMA0
MEMORY := 128
DISK := virtio
POWEROFF := poweroff
OLD_KERNEL := 5.10:bullseye
