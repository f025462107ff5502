/* SPDX-License-Identifier: ISC */
/* Memory of the whole device. See pressure.h; what is decided is shed_rule.c's. */
#include "init/guard/pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "init/boot/shutdown.h"
#include "init/conf.h"
#include "init/guard/shed_rule.h"
#include "init/svc/svc_want.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/num.h"
#include "runtime/cgroup_res.h"

#define PSI "/proc/pressure/memory"
#define PSI_TRIGGER "some 150000 1000000"	/* 150 ms of waiting in a second */
#define PSI_HOLDS_MS 2000u /* its word is good for so long: it comes once a second at most */
#define LOOK_MS 5000u
#define LOOK_SOON_MS 1000u			/* while anything is shed or short */

static int psi_fd = -1;
static uint64_t psi_ms;
static struct shed shed;

static void look(unsigned arg);

/* "Name:  123 kB" of /proc/meminfo, in bytes. */
static uint64_t meminfo(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t kib = 0;

	if (!at)
		return 0;
	at += strlen(name);
	at += strspn(at, " ");
	num_u64(at, strspn(at, "0123456789"), UINT64_MAX / 1024, &kib);
	return kib * 1024;
}

static void read_memory(uint64_t *total, uint64_t *available)
{
	char text[512] = "";

	*total = *available = 0;
	/* The first lines are enough: that the rest does not fit is no matter. */
	io_read_file(AT_FDCWD, "/proc/meminfo", text, sizeof(text));
	*total = meminfo(text, "MemTotal:");
	*available = meminfo(text, "MemAvailable:");
}

static enum shed_level level(void)
{
	uint64_t total, available, low, high;

	read_memory(&total, &available);
	low = conf.low_water ? conf.low_water : total / 16;
	high = conf.high_water ? conf.high_water : total / 8;
	if (available < low || (psi_ms && loop_now() - psi_ms < PSI_HOLDS_MS && available < high))
		return SHED_LOW;
	return available >= high ? SHED_HIGH : SHED_MIDDLE;
}

/* --- shedding --- */

static unsigned survey(struct shed_unit *table, bool *any_shed)
{
	unsigned i, with = 0;

	*any_shed = false;
	for (i = 0; i < n_svcs; i++) {
		struct svc *s = &svcs[i];

		/* A command, or the end of its process, took it out of our hands. */
		if (s->shed == SHED_STOPPED && (svc_state_class(s->state) != SVC_IS_DOWN &&
						svc_state_class(s->state) != SVC_IS_FALLING))
			s->shed = SHED_NOT;
		if (s->shed == SHED_FROZEN && !s->proc[SVC_MAIN].pid)
			s->shed = SHED_NOT;
		table[i] = (struct shed_unit){
			.priority = s->unit && s->has_cg && s->unit->shed_priority > 0
					    ? (uint32_t)s->unit->shed_priority
					    : 0,
			.up = svc_state_active(s->state) && s->proc[SVC_MAIN].pid,
			.how = (enum shed_how)s->shed,
		};
		*any_shed |= s->shed != SHED_NOT;
		with += table[i].priority && (table[i].up || s->shed);
	}
	return with;
}

static void freeze(struct svc *s)
{
	struct err e = { 0 };
	int rc = cg_freeze_begin(&s->cg, true);

	if (rc) {
		err_set(&e, rc, "freeze", "%s", s->unit->name);
		log_err(LOG_LVL_WARN, "memory", &e);
	}
	/* Without a freezer the next step is to stop it. */
	s->shed = SHED_FROZEN;
	svc_say(s, "memory is short: frozen");
}

static void stop(struct svc *s)
{
	struct err e = { 0 };

	err_set(&e, ECANCELED, "memory pressure",
		"stopped to make room; it comes back when there is some");
	svc_reason(s, &e);
	s->shed = SHED_STOPPED;
	svc_want_stop(s, false);
	/* Thawed and asked to end it would go on taking memory meanwhile. */
	cg_kill(&cgroups, &s->cg);
	cg_freeze_begin(&s->cg, false);
}

static void carry_out(enum shed_act act, struct svc *s)
{
	struct err e = { 0 };

	s->dirty = true;
	switch (act) {
	case SHED_FREEZE:
		freeze(s);
		return;
	case SHED_STOP:
		stop(s);
		return;
	case SHED_THAW:
		cg_freeze_begin(&s->cg, false);
		s->shed = SHED_NOT;
		svc_say(s, "memory is there again: thawed");
		return;
	default:
		s->shed = SHED_NOT;
		svc_say(s, "memory is there again: started");
		svc_start(s, false, &e);
	}
}

static void look(unsigned arg)
{
	static struct shed_unit table[UNITS_MAX];
	enum shed_level now = SHED_MIDDLE;
	enum shed_act act;
	bool any_shed;
	unsigned which;

	(void)arg;
	if (!survey(table, &any_shed) || shutdown_begun())
		return;
	now = level();
	act = shed_look(&shed, table, n_svcs, now, loop_now(), &which);
	if (act != SHED_NOTHING)
		carry_out(act, &svcs[which]);
	loop_timer(look, 0, loop_now() + (any_shed || now == SHED_LOW ? LOOK_SOON_MS : LOOK_MS));
}

void pressure_after_turn(void)
{
	unsigned i;

	if (loop_timer_at(look, 0) || shutdown_begun())
		return;
	for (i = 0; i < n_svcs; i++)
		if (svcs[i].unit && svcs[i].unit->shed_priority > 0 &&
		    (svcs[i].shed || svc_state_active(svcs[i].state))) {
			loop_timer(look, 0, loop_now() + LOOK_SOON_MS);
			return;
		}
}

static void on_psi(unsigned arg, uint32_t events)
{
	(void)arg;
	if (!(events & EPOLLPRI))
		return;
	psi_ms = loop_now();
	if (loop_timer_at(look, 0))
		loop_timer(look, 0, loop_now());
}

void pressure_begin(void)
{
	psi_fd = open(PSI, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (psi_fd < 0)
		return;
	if (write(psi_fd, PSI_TRIGGER, sizeof(PSI_TRIGGER)) < 0 ||
	    loop_watch(psi_fd, EPOLLPRI, on_psi, 0) == LOOP_NONE)
		io_close(&psi_fd);
}

/* --- admission --- */

bool admission_refuses(struct svc *s, struct err *e)
{
	struct admission a = { .reserve = conf.reserve, .policy = conf.admission };
	struct admission_unit u = { .max = s->unit->memory_max };
	uint64_t available;
	char said[sizeof(*e) + 64];
	struct err why = { 0 };
	unsigned i;

	if (conf.admission == ADMISSION_OFF || u.max == UINT64_MAX)
		return false;
	read_memory(&a.total, &available);
	for (i = 0; i < n_svcs; i++) {
		const struct svc *other = &svcs[i];
		enum svc_class class = svc_state_class(other->state);
		struct admission_unit o = { .max = other->unit ? other->unit->memory_max : 0 };

		if (other == s || !other->unit || class == SVC_IS_DOWN ||
		    other->state == SVC_WAITING)
			continue;
		if (o.max == UINT64_MAX)
			o.usage = other->has_cg ? cg_memory(&other->cg) : 0;
		admission_count(&a, &o);
	}
	switch (admission_judge(&a, &u)) {
	case ADMIT:
		return false;
	case ADMIT_WARN:
		err_set(&why, ENOMEM, "memory",
			"%llu MiB asked for, %llu promised already, %llu there less %llu of "
			"Reserve=",
			(unsigned long long)(u.max >> 20), (unsigned long long)(a.sum >> 20),
			(unsigned long long)(a.total >> 20), (unsigned long long)(a.reserve >> 20));
		svc_say(s, "%s", err_say(&why, said, sizeof(said)));
		return false;
	default:
		err_set(e, ENOMEM, "memory",
			"%llu MiB asked for, %llu promised already, %llu there less %llu of "
			"Reserve=",
			(unsigned long long)(u.max >> 20), (unsigned long long)(a.sum >> 20),
			(unsigned long long)(a.total >> 20), (unsigned long long)(a.reserve >> 20));
		return true;
	}
}
