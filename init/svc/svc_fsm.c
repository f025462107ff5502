/* SPDX-License-Identifier: ISC */
/* The table of a unit's life. See svc_fsm.h; pure. */
#include "init/svc/svc_fsm.h"

#include "runtime/base/compiler.h"

#define A(name) (1u << ACT_##name)

struct row {
	uint32_t known : 1, next : 5, actions : 26;
};

_Static_assert(SVC_ACTIONS <= 26 && SVC_STATES <= 32, "actions are bits of a row");

static const struct row table[SVC_STATES][SVC_EVENTS] = {
#define STATE(name, word, class, clock)
#define EVENT(name)
#define ACTION(name)
#define T(state, event, next, actions) [SVC_##state][EV_##event] = { 1, SVC_##next, actions },
#include "init/svc/svc_fsm.def"
#undef STATE
#undef EVENT
#undef T
};

static const struct {
	const char *word;
	uint8_t class, clock;
} states[] = {
#define STATE(name, word, class, clock) { word, SVC_IS_##class, SVC_CLOCK_##clock },
#define EVENT(name)
#define T(state, event, next, actions)
#include "init/svc/svc_fsm.def"
#undef STATE
#undef EVENT
};

static const char *const events[] = {
#define STATE(name, word, class, clock)
#define EVENT(name) #name,
#include "init/svc/svc_fsm.def"
};

_Static_assert(ARRAY_LEN(states) == SVC_STATES, "a word a state");
_Static_assert(ARRAY_LEN(events) == SVC_EVENTS, "a word an event");

struct svc_step svc_fsm_step(enum svc_state state, enum svc_event event)
{
	const struct row *r = &table[state][event];

	return (struct svc_step){
		.next = r->known ? (enum svc_state)r->next : state,
		.actions = r->actions,
		.known = r->known,
	};
}

const char *svc_state_word(enum svc_state state)
{
	return states[state].word;
}

enum svc_class svc_state_class(enum svc_state state)
{
	return (enum svc_class)states[state].class;
}

enum svc_clock svc_state_clock(enum svc_state state)
{
	return (enum svc_clock)states[state].clock;
}

bool svc_state_active(enum svc_state state)
{
	return states[state].class == SVC_IS_ACTIVE;
}

const char *svc_event_word(enum svc_event event)
{
	return events[event];
}
