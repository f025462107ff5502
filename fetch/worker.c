/* SPDX-License-Identifier: ISC */
/* The worker process around a job, and PID 1's check of what a worker said. See job.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fetch/job.h"
#include "runtime/base/io.h"

int job_main(void)
{
	struct job_request req;
	struct job_result res;
	ssize_t n = io_read_full(STDIN_FILENO, &req, sizeof(req));

	if (n != (ssize_t)sizeof(req))
		return 1;
	job_run(&req, &res);
	return io_write_full(STDOUT_FILENO, &res, sizeof(res)) ? 1 : 0;
}

int job_result_check(struct job_result *r, enum job_kind kind)
{
	if (r->magic != JOB_MAGIC || r->version != JOB_VERSION || r->kind != kind)
		return -EPROTO;
	if (r->status > 0 || r->status < -4095)
		return -EPROTO;
	if (r->stop_signal < 0 || r->stop_signal > 64)
		return -EPROTO;
	if ((r->status == 0) != (r->err.code == 0))
		return -EPROTO;
	return err_check(&r->err);
}
