/* SPDX-License-Identifier: ISC */
/* PID 1's hold on the hardware watchdog. See watchdog.h. */
#include "init/guard/watchdog.h"

#include <errno.h>

#include "init/conf.h"
#include "init/guard/critical.h"
#include "init/guard/watchdog_rule.h"
#include "init/loop.h"
#include "runtime/base/log.h"

static struct watchdog dog = { .fd = -1 };
static bool starved, said_no;

static void feed(unsigned arg)
{
	struct watchdog_view v = { .now_ms = loop_now() };
	struct err e = { 0 };
	int rc;

	(void)arg;
	critical_view(&v);
	if (!watchdog_rule_feeds(&v)) {
		starved = true;
		log_line(LOG_LVL_ERR, "watchdog: not fed any more: the board is reset within %u s",
			 dog.timeout_s);
		critical_starved();
		return;
	}
	rc = watchdog_feed(&dog);
	if (rc) {
		err_set(&e, rc, "watchdog", "feed %s", dog.identity);
		log_err(LOG_LVL_ERR, "watchdog", &e);
	}
	loop_timer(feed, 0, loop_now() + watchdog_rule_every(dog.timeout_s));
}

/*
 * A driver without GETTIMEOUT has a time of its own, as often as not a minute: ours is the safe
 * guess.
 */
static void start_feeding(void)
{
	if (!dog.timeout_s)
		dog.timeout_s = (uint32_t)(conf.timeout_ms / 1000);
	feed(0);
}

void watchdog_begin(void)
{
	struct err e = { 0 };
	int rc;

	if (dog.fd >= 0 || !conf.watchdog)
		return;
	rc = watchdog_open(conf.watchdog_device, (uint32_t)((conf.timeout_ms + 999) / 1000),
			   (uint32_t)(conf.pretimeout_ms / 1000), &dog, &e);
	if (rc == -ENOENT) {
		dog.fd = -1;
		return;
	}
	if (rc) {
		dog.fd = -1;
		if (!said_no)
			log_err(LOG_LVL_WARN, "watchdog", &e);
		said_no = true;
		return;
	}
	log_line(LOG_LVL_NOTICE, "watchdog: %s, %u s%s", dog.identity, dog.timeout_s,
		 dog.magic_close ? "" : ", cannot be stopped");
	start_feeding();
}

void watchdog_resume(int fd, bool is_fed)
{
	watchdog_adopt(fd, &dog);
	starved = fd >= 0 && !is_fed;
	if (fd < 0)
		watchdog_begin();
	else if (is_fed)
		start_feeding();
}

const struct watchdog *watchdog_held(void)
{
	return &dog;
}

bool watchdog_is_fed(void)
{
	return dog.fd >= 0 && !starved;
}

void watchdog_last(bool release)
{
	if (dog.fd < 0)
		return;
	if (!starved)
		watchdog_feed(&dog);
	if (!release)
		return;
	loop_timer_off(feed, 0);
	watchdog_release(&dog);
}
