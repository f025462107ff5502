/* SPDX-License-Identifier: ISC */
/* sd_notify's datagrams, as any process of a unit may send them: init/svc/notify_parse.c. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/svc/notify_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct notify_msg m;
	size_t i;
	char *text;

	if (n > NOTIFY_MAX)
		return 0;
	/* Exactly so many bytes, and no NUL behind them. */
	text = malloc(n ? n : 1);
	memcpy(text, data, n);
	notify_parse(text, (uint32_t)n, &m);
	free(text);
	/* What users and records see of it ends, and holds no control characters. */
	if (!memchr(m.status, 0, sizeof(m.status)) || !memchr(m.fd_name, 0, sizeof(m.fd_name)))
		abort();
	for (i = 0; m.status[i]; i++)
		if ((unsigned char)m.status[i] < ' ' || m.status[i] == 0x7f)
			abort();
	if (m.main_pid > 4194304)
		abort();
	return 0;
}
