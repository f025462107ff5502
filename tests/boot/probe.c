/* SPDX-License-Identifier: ISC */
/*
 * The smallest program there can be on a board: tests put it into an image, run it as a service,
 * and start it as an init that does nothing, to have something to compare with. See usage below.
 *   probe up WORDS      "WORDS up N ms" (since the kernel's start), then sleeps until SIGTERM
 *   probe cat FILE...   "FILE: first line" each
 *   probe hang PID       stops that process and holds it
 *   probe private PID   "private N KiB, …", the memory that process shares with nobody
 * As init with the word "floor" it is what no supervisor can be faster than: the mounts of a
 * system, one clone into the namespaces of a container, its mounts, pivot_root, exec.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static char out[512];
static size_t out_len;

static void put(const char *s)
{
	size_t n = strlen(s);

	if (n > sizeof(out) - out_len)
		n = sizeof(out) - out_len;
	memcpy(out + out_len, s, n);
	out_len += n;
}

static void put_num(unsigned long n)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	put(at);
}

static void say(void)
{
	put("\n");
	if (write(1, out, out_len) < 0)
		_exit(1);
	out_len = 0;
}

static void leave(int sig)
{
	(void)sig;
	_exit(0);
}

static _Noreturn void up(const char *words)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	put(words);
	put(" up ");
	put_num((unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000);
	put(" ms");
	say();
	signal(SIGTERM, leave);
	for (;;)
		pause();
}

static ssize_t slurp(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, cap - 1);

	buf[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
	return n;
}

static int cat(char **paths)
{
	char buf[256];

	for (; *paths; paths++) {
		ssize_t n = slurp(*paths, buf, sizeof(buf));

		put(*paths);
		put(": ");
		buf[strcspn(buf, "\n")] = '\0';
		put(n < 0 ? "cannot be read" : buf);
		say();
	}
	return 0;
}

/* Each mapping of a process that has memory of its own, with how many KiB of that. */
static int each_map(const char *pid, void (*take)(const char *map, char how, unsigned long kib))
{
	static char buf[65536];
	char path[64] = "/proc/", *line, *next, *map = buf;

	strncat(path, pid, 16);
	strcat(path, "/smaps");
	if (slurp(path, buf, sizeof(buf)) <= 0)
		return 1;
	for (line = buf; (next = strchr(line, '\n')); line = next + 1) {
		unsigned long kib = 0;

		*next = '\0';
		if (!strncmp(line, "Private_", 8))
			kib = strtoul(strchr(line, ':') + 1, NULL, 10);
		else if (!strchr(line, ':') || strchr(line, '-'))
			map = line;
		if (kib)
			take(map, line[8], kib);
	}
	return 0;
}

static unsigned long data_kib, code_kib;

static void add_map(const char *map, char how, unsigned long kib)
{
	(void)how;
	*(strstr(map, " r-xp ") ? &code_kib : &data_kib) += kib;
}

/*
 * The code is apart: it is the binary, which lies on the RAM disk once whether somebody maps it or
 * not, and how much of it a console maps too is chance.
 */
static int private(const char *pid)
{
	if (each_map(pid, add_map))
		return 1;
	put("private ");
	put_num(data_kib);
	put(" KiB, code that only it maps ");
	put_num(code_kib);
	put(" KiB");
	say();
	return 0;
}

static void say_map(const char *map, char how, unsigned long kib)
{
	put("map ");
	put_num(kib);
	put(how == 'C' ? " clean " : " dirty ");
	put(map);
	say();
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		put("");
	if (fd >= 0)
		close(fd);
}

static void floor_system(void)
{
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("tmpfs", "/run", "tmpfs", 0, NULL);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids +cpu");
	mkdir("/sys/fs/cgroup/c", 0755);
	/* As pintle does: the RAM disk's root cannot be pivoted from. */
	mount("/", "/", NULL, MS_BIND | MS_REC, NULL);
	if (chdir("/..") || chroot("."))
		_exit(1);
}

static void floor_mounts(void)
{
	static const unsigned nodes[] = { 3, 5, 7, 8, 9 };
	char name[] = "dev/0";
	size_t i;

	mount("proc", "proc", "proc", 0, NULL);
	mount("tmpfs", "dev", "tmpfs", 0, NULL);
	mkdir("dev/pts", 0755);
	mount("devpts", "dev/pts", "devpts", 0, "newinstance");
	mkdir("dev/shm", 01777);
	mount("tmpfs", "dev/shm", "tmpfs", 0, NULL);
	mkdir("dev/mqueue", 0755);
	mount("mqueue", "dev/mqueue", "mqueue", 0, NULL);
	mount("sysfs", "sys", "sysfs", MS_RDONLY, NULL);
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		name[4] = (char)('0' + nodes[i]);
		mknod(name, S_IFCHR | 0666, makedev(1, nodes[i]));
	}
}

static _Noreturn void floor_container(void)
{
	static char *args[] = { (char *)"/probe", (char *)"up", (char *)"container", NULL };

	write_text("/sys/fs/cgroup/c/cgroup.procs", "0");
	mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
	mount("/opt/probe", "/opt/probe", NULL, MS_BIND, NULL);
	if (chdir("/opt/probe"))
		_exit(1);
	floor_mounts();
	if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || sethostname("c", 1))
		_exit(1);
	execv(args[0], args);
	_exit(1);
}

static _Noreturn void floor_init(void)
{
	const unsigned long new = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
				  CLONE_NEWNET | 0x02000000;

	floor_system();
	if (syscall(SYS_clone, new | SIGCHLD, 0, 0, 0, 0) == 0)
		floor_container();
	for (;;)
		pause();
}

/* A stopped process does nothing at all; even PID 1 stops for who traces it. */
static _Noreturn void hang(const char *pid)
{
	long rc = ptrace(PTRACE_ATTACH, (pid_t)strtol(pid, NULL, 10), 0, 0);

	put(rc ? "not stopped" : "stopped");
	say();
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	if (getpid() == 1 && argc > 1 && strcmp(argv[argc - 1], "floor") == 0)
		floor_init();
	if (argc < 3 || getpid() == 1)
		up(argc == 3 ? argv[2] : "nothing");
	if (strcmp(argv[1], "cat") == 0)
		return cat(argv + 2);
	if (strcmp(argv[1], "hang") == 0)
		hang(argv[2]);
	if (strcmp(argv[1], "private") == 0)
		return private(argv[2]);
	if (strcmp(argv[1], "maps") == 0)
		return each_map(argv[2], say_map);
	up(argv[2]);
}
