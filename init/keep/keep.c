/* SPDX-License-Identifier: ISC */
/* What PID 1 keeps over an exec of itself. See keep.h. */
#include "init/keep/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/gunzip.h"
#include "init/unit/unit.h"
#include "runtime/base/sys.h"

#define MAGIC 0x504b4550u	/* "PKEP" */
#define VERSION 1u		/* of the head; records carry their own lengths */
#define PAGE 4096u
#define ALIGN_UP(n, a) (((n) + (a) - 1) / (a) * (a))

struct area {			/* of one kind of records */
	uint32_t at, max, n;	/* from the region's start; bytes of a record; how many */
};

struct head {
	uint32_t magic, version;
	uint32_t bytes;		/* of the region */
	uint32_t rings_at, ring_bytes, n_rings;
	struct area areas[8];	/* by enum keep_kind: a newer pintle may have more */
	struct keep_crashes crashes;
};

struct copy {			/* in front of each of a record's two copies */
	uint32_t number;	/* 0 = none; the higher is the newer */
	uint32_t len, crc, reserved;
};

static const struct area wanted[KEEP_KINDS] = {
	[KEEP_SYSTEM] = { 0, KEEP_SYSTEM_MAX, 1 },
	[KEEP_FDSTORE] = { 0, KEEP_FDSTORE_MAX, 1 },
	[KEEP_UNIT] = { 0, KEEP_UNIT_MAX, UNITS_MAX },
};

/* The last area is no table of records but a block that is used where it lies: n is 0. */
#define EVENTS_AREA 7

_Static_assert(KEEP_KINDS <= EVENTS_AREA, "a place for each kind");
_Static_assert(sizeof(struct head) <= PAGE, "the head is a page");

static struct head *head;
static int region_fd = -1;
static bool has_rings;

static uint32_t copy_bytes(const struct area *a)
{
	return (uint32_t)sizeof(struct copy) + a->max;
}

static struct copy *copy_of(const struct head *h, enum keep_kind kind, unsigned i, unsigned which)
{
	const struct area *a = &h->areas[kind];

	return (struct copy *)(void *)((char *)(uintptr_t)h + a->at +
				       (2 * i + which) * copy_bytes(a));
}

static uint32_t sum(const struct copy *c, uint32_t number)
{
	uint32_t fields[2] = { number, c->len };

	return crc32_add(crc32_add(0, fields, sizeof(fields)), c + 1, c->len);
}

static bool is_whole(const struct head *h, enum keep_kind kind, const struct copy *c)
{
	return c->number && c->len <= h->areas[kind].max && c->crc == sum(c, c->number);
}

/* The newest whole copy, or NULL. */
static const struct copy *newest(const struct head *h, enum keep_kind kind, unsigned i)
{
	const struct copy *a = copy_of(h, kind, i, 0), *b = copy_of(h, kind, i, 1);
	bool a_good = is_whole(h, kind, a), b_good = is_whole(h, kind, b);

	if (a_good && b_good)
		return (int32_t)(a->number - b->number) > 0 ? a : b;
	return a_good ? a : b_good ? b : NULL;
}

void keep_put(enum keep_kind kind, unsigned i, const void *record, uint32_t len)
{
	const struct copy *last = newest(head, kind, i);
	struct copy *c = copy_of(head, kind, i, last == copy_of(head, kind, i, 0));
	uint32_t number = last ? last->number + 1 : 1;

	if (len > head->areas[kind].max)
		return;
	/* Without a number it is none: a fault from here on leaves the other copy. */
	*(volatile uint32_t *)&c->number = 0;
	c->len = len;
	memcpy(c + 1, record, len);
	c->crc = sum(c, number ? number : 1);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	*(volatile uint32_t *)&c->number = number ? number : 1;
}

static int get(const struct head *h, enum keep_kind kind, unsigned i, void *ret, uint32_t cap)
{
	const struct copy *c = i < h->areas[kind].n ? newest(h, kind, i) : NULL;

	if (!c)
		return -ENOENT;
	memset(ret, 0, cap);
	memcpy(ret, c + 1, c->len < cap ? c->len : cap);
	return (int)c->len;
}

int keep_get(enum keep_kind kind, unsigned i, void *ret, uint32_t cap)
{
	return get(head, kind, i, ret, cap);
}

void keep_drop(enum keep_kind kind, unsigned i)
{
	copy_of(head, kind, i, 0)->number = 0;
	copy_of(head, kind, i, 1)->number = 0;
}

struct ring *keep_ring(unsigned i)
{
	return (struct ring *)(void *)((char *)head + head->rings_at + i * head->ring_bytes);
}

struct events *keep_events(void)
{
	return (struct events *)(void *)((char *)head + head->areas[EVENTS_AREA].at);
}

bool keep_has_rings(void)
{
	return has_rings;
}

struct keep_crashes *keep_crashes(void)
{
	return &head->crashes;
}

bool keep_is_open(void)
{
	return head;
}

int keep_fd(void)
{
	return region_fd;
}

/* Where everything lies in a region of this build. */
static void lay_out(struct head *h)
{
	uint32_t at = ALIGN_UP((uint32_t)sizeof(struct head), 16u);
	unsigned k;

	memset(h, 0, sizeof(*h));
	h->magic = MAGIC;
	h->version = VERSION;
	for (k = 0; k < KEEP_KINDS; k++) {
		h->areas[k] = wanted[k];
		h->areas[k].at = at;
		at += ALIGN_UP(2 * wanted[k].n * copy_bytes(&wanted[k]), 16u);
	}
	h->areas[EVENTS_AREA] = (struct area){ at, (uint32_t)sizeof(struct events), 0 };
	h->rings_at = ALIGN_UP(at + (uint32_t)sizeof(struct events), PAGE);
	h->ring_bytes = ALIGN_UP((uint32_t)sizeof(struct ring), 8u);
	h->n_rings = UNITS_MAX + 1;
	h->bytes = ALIGN_UP(h->rings_at + h->n_rings * h->ring_bytes, PAGE);
}

static struct head *map(int fd, size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

static int make(struct err *e)
{
	struct head layout;
	int rc = 0;

	lay_out(&layout);
	region_fd = (int)sys_memfd_create("pintle-state", 1u /* MFD_CLOEXEC */);
	if (region_fd < 0 || ftruncate(region_fd, (off_t)layout.bytes)) {
		rc = err_set(e, region_fd < 0 ? -region_fd : errno, "keep", "memfd");
		region_fd = -1;
	}
	head = map(region_fd, layout.bytes);
	if (!head) {
		region_fd = -1;
		head = map(-1, layout.bytes);
	}
	*head = layout;
	return rc;
}

static bool is_sound(const struct head *h, uint64_t size)
{
	unsigned k;

	if (h->magic != MAGIC || h->version != VERSION || h->bytes > size)
		return false;
	for (k = 0; k < KEEP_KINDS; k++) {
		const struct area *a = &h->areas[k];

		/* A kind that the older one did not have: none of it. */
		if (a->n && (a->at % 4 || a->max > h->bytes || a->n > 4096 ||
			     a->at + 2ull * a->n * copy_bytes(a) > h->bytes))
			return false;
	}
	return h->areas[EVENTS_AREA].at + (uint64_t)h->areas[EVENTS_AREA].max <= h->bytes &&
	       h->rings_at + (uint64_t)h->n_rings * h->ring_bytes <= h->bytes;
}

static void carry_over(const struct head *old)
{
	static char record[KEEP_FDSTORE_MAX];
	unsigned k, i;
	int len;

	for (k = 0; k < KEEP_KINDS; k++)
		for (i = 0; i < old->areas[k].n && i < wanted[k].n; i++) {
			len = get(old, (enum keep_kind)k, i, record, sizeof(record));
			if (len > 0)
				keep_put((enum keep_kind)k, i, record,
					 (uint32_t)len < wanted[k].max ? (uint32_t)len
								       : wanted[k].max);
		}
	if (old->ring_bytes == head->ring_bytes) {
		i = old->n_rings < head->n_rings ? old->n_rings : head->n_rings;
		memcpy(keep_ring(0), (const char *)old + old->rings_at, i * head->ring_bytes);
		has_rings = i == head->n_rings;
	}
	if (old->areas[EVENTS_AREA].max == sizeof(struct events))
		memcpy(keep_events(), (const char *)old + old->areas[EVENTS_AREA].at,
		       sizeof(struct events));
	head->crashes = old->crashes;
}

static bool same_layout(const struct head *old)
{
	struct head mine;

	lay_out(&mine);
	return memcmp(old, &mine, offsetof(struct head, crashes)) == 0;
}

static int take_over(int fd, struct err *e)
{
	struct head *old;
	struct stat st;
	int rc;

	if (fstat(fd, &st) || st.st_size < (off_t)PAGE)
		return err_set(e, EBADF, "keep", "the state's descriptor");
	old = map(fd, (size_t)st.st_size);
	if (!old)
		return err_set(e, errno, "keep", "map");
	if (!is_sound(old, (uint64_t)st.st_size)) {
		munmap(old, (size_t)st.st_size);
		return err_set(e, EBADMSG, "keep", "the state is damaged");
	}
	if (same_layout(old)) {
		head = old;
		region_fd = fd;
		has_rings = true;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		return 0;
	}
	rc = make(e);
	if (rc)
		return rc;
	carry_over(old);
	munmap(old, (size_t)st.st_size);
	close(fd);
	return 0;
}

int keep_open(int fd, bool *ret_resumed, struct err *e)
{
	int rc = fd < 0 ? -ENOENT : take_over(fd, e);

	*ret_resumed = rc == 0;
	if (rc == 0)
		return 0;
	if (fd < 0)
		return make(e);
	make(&(struct err){ 0 });
	return rc;
}
