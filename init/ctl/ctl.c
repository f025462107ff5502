/* SPDX-License-Identifier: ISC */
/* The control socket's frames. See ctl.h; pure. */
#include "init/ctl/ctl.h"

#include <errno.h>
#include <string.h>

int ctl_request_check(const struct ctl_request *r, uint32_t n)
{
	if (n != sizeof(*r) || r->magic != CTL_MAGIC || r->version != CTL_VERSION)
		return -EPROTO;
	if (r->verb < CTL_STATUS || r->verb >= CTL_VERBS || !memchr(r->unit, 0, sizeof(r->unit)))
		return -EPROTO;
	return 0;
}

void ctl_head_fill(struct ctl_head *h, enum ctl_row row, uint32_t len)
{
	h->magic = CTL_MAGIC;
	h->version = CTL_VERSION;
	h->row = (uint16_t)row;
	h->len = len;
	h->reserved = 0;
}
