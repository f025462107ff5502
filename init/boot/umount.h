/* SPDX-License-Identifier: ISC */
/* Puts the file systems away at the end. */
#ifndef PINTLE_INIT_BOOT_UMOUNT_H
#define PINTLE_INIT_BOOT_UMOUNT_H

/*
 * Unmounts what /proc/self/mountinfo lists, last mounted first, the kernel's own file systems
 * apart; what is busy becomes read-only, the root too. Blocks on disks: in the shutdown helper
 * only.
 */
void umount_all(void);

#endif
