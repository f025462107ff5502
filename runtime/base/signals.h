/* SPDX-License-Identifier: ISC */
/* Signals by name, for unit files, commands and messages. Pure. */
#ifndef PINTLE_RUNTIME_BASE_SIGNALS_H
#define PINTLE_RUNTIME_BASE_SIGNALS_H

/* "SIGTERM", "TERM", "term", "15" or "RTMIN+3": the number on this architecture, or -EINVAL. */
int signal_by_name(const char *text);
/*
 * "TERM" for SIGTERM; "RT" for a real-time signal, "?" for a number that is none. Static storage.
 */
const char *signal_name(int sig);

#endif
