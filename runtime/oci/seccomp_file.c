/* SPDX-License-Identifier: ISC */
/*
 * Seccomp profile files: see seccomp_file.h. The rows they are read with are in config_seccomp.c.
 */
#include "runtime/oci/seccomp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "runtime/base/num.h"
#include "runtime/oci/bundle.h"
#include "runtime/oci/config_int.h"

/* As Go calls them, and with it the conditions. */
#if defined(__x86_64__)
#define ARCH "amd64"
#elif defined(__aarch64__)
#define ARCH "arm64"
#elif defined(__arm__)
#define ARCH "arm"
#elif defined(__mips__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH "mipsle"
#elif defined(__mips__)
#define ARCH "mips"
#else
#define ARCH "riscv64"
#endif

uint64_t config_kernel(const char *version)
{
	size_t n = strspn(version, "0123456789");
	uint64_t major = 0, minor = 0;

	num_u64(version, n, UINT16_MAX, &major);
	if (version[n] == '.')
		num_u64(version + n + 1, strspn(version + n + 1, "0123456789"), UINT16_MAX, &minor);
	return major << 32 | minor;
}

int oci_seccomp_read(struct arena *a, const void *bytes, size_t n, const char *what, uint64_t caps,
		     const char *kernel, const struct seccomp_policy **ret, struct err *e)
{
	static struct oci_config c;	/* too large for a stack */
	const struct config_host host = { .caps = caps,
					  .arch = ARCH,
					  .kernel = config_kernel(kernel) };
	struct config_reader r = { .a = a, .c = &c, .profile = &host };
	int rc;

	memset(&c, 0, sizeof(c));
	rc = config_read_with(&r, "linux.seccomp", bytes, n, what, e);
	if (!rc && !c.spec.policy)
		rc = config_wrong("document", "an object is wanted", e);
	if (!rc)
		*ret = c.spec.policy;
	return config_say(rc, what, e);
}

int oci_seccomp_file(const char *path, uint64_t caps, const struct seccomp_policy **ret,
		     struct err *e)
{
	struct arena *a = bundle_arena();
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *text;
	struct utsname u = { 0 };
	size_t n;
	int rc;

	if (!a)
		return err_set(e, ENOMEM, name, "arena");
	uname(&u);
	rc = bundle_file(AT_FDCWD, path, &text, &n, e);
	return rc ?: oci_seccomp_read(a, text, n, name, caps, u.release, ret, e);
}
