/* SPDX-License-Identifier: ISC */
/*
 * One line of /etc/fstab, fstab(5), with systemd.mount(5)'s nofail, noauto and
 * x-systemd.device-timeout=. Pure.
 */
#ifndef PINTLE_INIT_BOOT_FSTAB_H
#define PINTLE_INIT_BOOT_FSTAB_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/err.h"

#define FSTAB_FIELD_MAX 128
#define FSTAB_DEVICE_WAIT_MS 10000u	/* without x-systemd.device-timeout= */

struct fstab {
	char source[FSTAB_FIELD_MAX], target[FSTAB_FIELD_MAX], type[32];
	char data[FSTAB_FIELD_MAX];	/* options that the file system itself reads */
	unsigned long flags;		/* MS_* */
	uint64_t device_wait_ms;
	bool nofail, noauto;
};

/*
 * Reads one line (NUL-terminated, no newline; \040 escapes are undone). 1 with an entry, 0 for a
 * blank or a comment, -EINVAL with e saying what is wrong.
 */
int fstab_line(const char *line, struct fstab *ret, struct err *e);

#endif
