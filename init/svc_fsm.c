/* SPDX-License-Identifier: ISC */
/* The table of a unit's life. See svc_fsm.h; pure. */
#include "init/svc_fsm.h"

#include "runtime/base/compiler.h"

#define A(name) (1u << ACT_##name)

struct row {
	uint8_t known, next;
	uint16_t actions;
};

_Static_assert(SVC_ACTIONS <= 16, "actions are bits of a row");

static const struct row table[SVC_STATES][SVC_EVENTS] = {
#define STATE(name, word, active)
#define EVENT(name)
#define ACTION(name)
#define T(state, event, next, actions) [SVC_##state][EV_##event] = { 1, SVC_##next, actions },
#include "init/svc_fsm.def"
#undef STATE
#undef T
};

static const struct {
	const char *word;
	bool active;
} states[] = {
#define STATE(name, word, active) { word, active },
#define T(state, event, next, actions)
#include "init/svc_fsm.def"
};

_Static_assert(ARRAY_LEN(states) == SVC_STATES, "a word a state");

struct svc_step svc_fsm_step(enum svc_state state, enum svc_event event)
{
	const struct row *r = &table[state][event];

	return (struct svc_step){
		.next = r->known ? (enum svc_state)r->next : state, .actions = r->actions, .known = r->known,
	};
}

const char *svc_state_word(enum svc_state state)
{
	return states[state].word;
}

bool svc_state_active(enum svc_state state)
{
	return states[state].active;
}
