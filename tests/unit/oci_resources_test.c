/* SPDX-License-Identifier: ISC */
/* runtime/oci/config: linux.resources of config.json, and a file of resources alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "runtime/base/str.h"
#include "runtime/oci/config.h"

static _Alignas(16) unsigned char memory[4 << 20];
static struct oci_config config;
static struct arena arena;
static struct err error;

static const char resources[] =
	"{\"memory\":{\"limit\":9223372036854771712,\"reservation\":2,\"swap\":-1,\"kernel\":4,"
	"\"kernelTCP\":5,\"swappiness\":0,"
	"\"disableOOMKiller\":true,\"useHierarchy\":false,\"checkBeforeUpdate\":true},"
	"\"cpu\":{\"shares\":1024,\"quota\":-1,\"burst\":3,\"period\":100000,\"realtimeRuntime\":"
	"950000,\"realtimePeriod\":1000000,"
	"\"idle\":1,\"cpus\":\"0-1\",\"mems\":\"0\"},\"pids\":{\"limit\":32771},"
	"\"blockIO\":{\"weight\":10,\"leafWeight\":11,\"weightDevice\":[{\"major\":8,\"minor\":0,"
	"\"weight\":500,\"leafWeight\":300}],"
	"\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":1,\"rate\":600}],"
	"\"throttleWriteBpsDevice\":[],"
	"\"throttleReadIOPSDevice\":null,\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":2,"
	"\"rate\":7},"
	"{\"rate\":8,\"minor\":4,\"major\":9}]},"
	"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":9}],\"network\":{\"classID\":1048577,"
	"\"priorities\":"
	"[{\"name\":\"eth0\",\"priority\":500}]},\"rdma\":{\"mlx5.1\":{\"hcaHandles\":3,"
	"\"hcaObjects\":4},\"b\":{\"hcaObjects\":10}},"
	"\"unified\":{\"memory.high\":\"1\",\"hugetlb.1GB.max\":\"x\"},"
	"\"devices\":[{\"allow\":false,\"access\":\"rwm\"},{\"allow\":true,\"type\":\"c\","
	"\"major\":1,\"minor\":-1,\"access\":\"r\"},"
	"{\"allow\":true,\"type\":\"b\",\"minor\":7,\"access\":\"mw\"}]}";

static void check_scalars(const struct cg_resources *r)
{
	assert_true(r->memory.limit == 9223372036854771712);
	assert_true(r->memory.reservation == 2 && r->memory.swap == -1 && r->memory.kernel == 4 &&
		    r->memory.kernel_tcp == 5);
	assert_true(r->memory.swappiness == 0 && r->memory.disable_oom_killer == 1 &&
		    r->memory.use_hierarchy == 0);
	assert_true(r->memory.check_before_update == 1);
	assert_true(r->cpu.shares == 1024 && r->cpu.quota == -1 && r->cpu.burst == 3 &&
		    r->cpu.period == 100000);
	assert_true(r->cpu.realtime_runtime == 950000 && r->cpu.realtime_period == 1000000 &&
		    r->cpu.idle == 1);
	assert_string_equal(r->cpu.cpus, "0-1");
	assert_string_equal(r->cpu.mems, "0");
	assert_true(r->pids_limit == 32771 && r->network_class == 1048577);
	assert_true(r->blkio.weight == 10 && r->blkio.leaf_weight == 11);
}

static void check_lists(const struct cg_resources *r)
{
	const struct cg_blkio_device *d = r->blkio.throttle[CG_WRITE_IOPS];

	assert_int_equal(r->blkio.n_weight_device, 1);
	assert_true(r->blkio.weight_device[0].weight == 500 &&
		    r->blkio.weight_device[0].leaf_weight == 300);
	assert_true(r->blkio.weight_device[0].rate == CG_UNSET);
	assert_int_equal(r->blkio.n_throttle[CG_READ_BPS], 1);
	assert_int_equal(r->blkio.n_throttle[CG_WRITE_BPS] + r->blkio.n_throttle[CG_READ_IOPS], 0);
	assert_int_equal(r->blkio.n_throttle[CG_WRITE_IOPS], 2);
	assert_true(d[1].major == 9 && d[1].minor == 4 && d[1].rate == 8 &&
		    d[1].weight == CG_UNSET);
	assert_string_equal(r->hugetlb[0].name, "2MB");
	assert_true(r->hugetlb[0].value == 9);
	assert_string_equal(r->network_priority[0].name, "eth0");
	assert_true(r->network_priority[0].value == 500);
	assert_int_equal(r->n_unified, 2);
	assert_string_equal(r->unified[1].name, "hugetlb.1GB.max");
	assert_string_equal(r->unified[1].text, "x");
}

static void check_rdma_and_rules(const struct cg_resources *r)
{
	assert_int_equal(r->n_rdma_handles, 1);
	assert_string_equal(r->rdma_handles[0].name, "mlx5.1");
	assert_true(r->rdma_handles[0].value == 3);
	assert_int_equal(r->n_rdma_objects, 2);
	assert_string_equal(r->rdma_objects[1].name, "b");
	assert_int_equal(r->n_devices, 3);
	assert_true(!r->devices[0].allow && r->devices[0].type == 'a' && r->devices[0].major == -1);
	assert_int_equal(r->devices[0].access, SPEC_DEV_READ | SPEC_DEV_WRITE | SPEC_DEV_MKNOD);
	assert_true(r->devices[1].allow && r->devices[1].type == 'c' && r->devices[1].major == 1 &&
		    r->devices[1].minor == -1);
	assert_int_equal(r->devices[1].access, SPEC_DEV_READ);
	assert_true(r->devices[2].type == 'b' && r->devices[2].major == -1 &&
		    r->devices[2].minor == 7);
	assert_int_equal(r->devices[2].access, SPEC_DEV_WRITE | SPEC_DEV_MKNOD);
}

static void resources_of_every_controller(void **state)
{
	static char text[4096];
	int i, n = str_print(text, sizeof(text),
			     "{\"ociVersion\":\"1.2.0\",\"linux\":{\"resources\":%s}}", resources);

	(void)state;
	for (i = 0; i < 20; i++) {	/* nothing adds up from one document to the next */
		arena_init(&arena, memory, sizeof(memory));
		assert_int_equal(oci_config_read(&arena, text, (size_t)n, "config.json", &config,
						 &error),
				 0);
		check_scalars(&config.resources);
		check_lists(&config.resources);
		check_rdma_and_rules(&config.resources);
	}
}

/* update --resources: what it does not say is left as it was. */
static void resources_alone_are_read_over_others(void **state)
{
	static const char
		more[] = "{\"memory\":{\"limit\":7},\"pids\":{}}",
		rules[] = "{\"devices\":[{\"allow\":true}],\"rdma\":{\"c\":{\"hcaHandles\":1}}}";
	struct cg_resources r;

	(void)state;
	arena_init(&arena, memory, sizeof(memory));
	cg_resources_init(&r);
	assert_int_equal(oci_resources_read(&arena, resources, strlen(resources), "r", &r, &error),
			 0);
	check_scalars(&r);
	check_lists(&r);
	check_rdma_and_rules(&r);
	assert_int_equal(oci_resources_read(&arena, more, strlen(more), "r", &r, &error), 0);
	assert_true(r.memory.limit == 7);
	r.memory.limit = 9223372036854771712;
	check_scalars(&r);
	check_lists(&r);
	check_rdma_and_rules(&r);
	assert_int_equal(oci_resources_read(&arena, rules, strlen(rules), "r", &r, &error), 0);
	assert_int_equal(r.n_devices, 1);
	assert_int_equal(r.n_unified, 2);
	assert_string_equal(r.rdma_handles[0].name, "c");
	assert_int_equal(r.n_rdma_handles, 1);
	assert_int_equal(r.n_rdma_objects, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resources_of_every_controller),
		cmocka_unit_test(resources_alone_are_read_over_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
