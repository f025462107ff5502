/* SPDX-License-Identifier: ISC */
/*
 * The one binary's front door: the process's name and number say which part of pintle it is.
 * Nothing is decided here but that; each part is a function of its own.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fetch/job.h"
#include "init/cli/cli.h"
#include "init/pid1.h"
#include "runtime/base/compiler.h"
#include "runtime/oci/main.h"

static int worker_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return job_main();
}

struct part {
	const char *name;
	int (*main)(int argc, char **argv);
};

static const struct part parts[] = {
	{ "pintle-console", console_main },
	{ "pintle-init", pid1_main },
	{ "pintle-worker", worker_main },
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Where the kernel gives huge pages unasked, the first byte touched in the large buffers would cost
 * 2 MiB. Said of this image alone, so that what is executed after it has them as ever.
 */
static void use_small_pages(void)
{
	extern char __executable_start[], end[];

	madvise((void *)((uintptr_t)__executable_start & ~(uintptr_t)4095),
		(size_t)(end - __executable_start), MADV_NOHUGEPAGE);
}

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? base_name(argv[0]) : "";
	size_t i;

	use_small_pages();
	/* By name alone: a container's process may well be number 1 of its namespace. */
	if (IS_ON(CONFIG_OCI) && strcmp(name, "pintle-runc") == 0)
		return oci_main(argc, argv);
	for (i = 0; i < ARRAY_LEN(parts); i++)
		if (strcmp(name, parts[i].name) == 0)
			return parts[i].main(argc, argv);
	/* A kernel starts us as /init, /sbin/init or whatever init= says: the pid tells. */
	if (getpid() == 1)
		return pid1_main(argc, argv);
	return client_main(argc, argv);
}
