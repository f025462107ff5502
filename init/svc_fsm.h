/* SPDX-License-Identifier: ISC */
/* The life of a unit as a pure table: (state, event) → (state, actions). Made from svc_fsm.def. */
#ifndef PINTLE_INIT_SVC_FSM_H
#define PINTLE_INIT_SVC_FSM_H

#include <stdbool.h>
#include <stdint.h>

enum svc_state {
#define STATE(name, word, active) SVC_##name,
#define EVENT(name)
#define ACTION(name)
#define T(state, event, next, actions)
#include "init/svc_fsm.def"
#undef STATE
	SVC_STATES
};

enum svc_event {
#define STATE(name, word, active)
#undef EVENT
#define EVENT(name) EV_##name,
#include "init/svc_fsm.def"
#undef EVENT
	SVC_EVENTS
};

enum svc_action {
#define EVENT(name)
#undef ACTION
#define ACTION(name) ACT_##name,
#include "init/svc_fsm.def"
#undef STATE
#undef EVENT
#undef ACTION
#undef T
	SVC_ACTIONS
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
/* Whether the state counts as active: `status UNIT` exits 0 in it, not 3. */
bool svc_state_active(enum svc_state state);

#endif
