/* SPDX-License-Identifier: ISC */
/* The life of a unit as a pure table: (state, event) → (state, actions). Made from svc_fsm.def. */
#ifndef PINTLE_INIT_SVC_SVC_FSM_H
#define PINTLE_INIT_SVC_SVC_FSM_H

#include <stdbool.h>
#include <stdint.h>

enum svc_state {
#define STATE(name, word, class, clock) SVC_##name,
#define EVENT(name)
#define ACTION(name)
#define T(state, event, next, actions)
#include "init/svc/svc_fsm.def"
#undef STATE
	SVC_STATES
};

enum svc_event {
#define STATE(name, word, class, clock)
#undef EVENT
#define EVENT(name) EV_##name,
#include "init/svc/svc_fsm.def"
#undef EVENT
	SVC_EVENTS
};

enum svc_action {
#define EVENT(name)
#undef ACTION
#define ACTION(name) ACT_##name,
#include "init/svc/svc_fsm.def"
#undef STATE
#undef EVENT
#undef ACTION
#undef T
	SVC_ACTIONS
};

enum svc_class { SVC_IS_DOWN, SVC_IS_RISING, SVC_IS_ACTIVE, SVC_IS_FALLING };
/* Whose time a state may take: TimeoutStartSec=, TimeoutStopSec=, RuntimeMaxSec=, SVC_STUCK_MS. */
enum svc_clock {
	SVC_CLOCK_NONE,
	SVC_CLOCK_START,
	SVC_CLOCK_STOP,
	SVC_CLOCK_RUNTIME,
	SVC_CLOCK_STUCK
};

struct svc_step {
	enum svc_state next;
	uint32_t actions;	/* bit n = action n, to be done in the order of their numbers */
	bool known;		/* the table has a row; else nothing happens */
};

/* What an event does in a state. Pure. */
struct svc_step svc_fsm_step(enum svc_state state, enum svc_event event);
/* The word users see ("running"). Static storage. */
const char *svc_state_word(enum svc_state state);
enum svc_class svc_state_class(enum svc_state state);
enum svc_clock svc_state_clock(enum svc_state state);
/* Whether the state counts as active: `status UNIT` exits 0 in it, not 3. */
bool svc_state_active(enum svc_state state);
/* For `events` and what is said of a fault: "STOP_DONE". Static storage. */
const char *svc_event_word(enum svc_event event);

#endif
