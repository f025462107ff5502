/* SPDX-License-Identifier: ISC */
/* The options that a mount of config.json may have, for features. */
#ifndef PINTLE_RUNTIME_OCI_MOUNT_OPTIONS_H
#define PINTLE_RUNTIME_OCI_MOUNT_OPTIONS_H

/* The i-th name, NULL beyond the last. */
const char *mount_option_name(unsigned i);

#endif
