/* SPDX-License-Identifier: ISC */
/* fetch: manifests, indexes, configs, signature documents, references, scopes, the run record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/cosign.h"
#include "fetch/image.h"
#include "fetch/imgconf.h"
#include "fetch/job.h"
#include "fetch/manifest.h"
#include "fetch/ref.h"
#include "fetch/trust.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define D1 "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define D2 "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define CONFIG                                                                                     \
	"\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" D1  \
	"\",\"size\":7}"
#define LAYER                                                                                      \
	"{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"" D2          \
	"\",\"size\":5000000000}"

static _Alignas(16) unsigned char memory[65536];
static struct arena arena;
static struct manifest manifest;
static struct err why;

static int read_manifest(const char *doc)
{
	err_clear(&why);
	arena_init(&arena, memory, sizeof(memory));
	return manifest_read(&arena, doc, strlen(doc), "manifest", &manifest, &why);
}

static void a_manifest_gives_config_and_layers(void **state)
{
	(void)state;
	assert_int_equal(read_manifest("{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER
				       "," LAYER "],\"new\":[1]}"),
		0);
	assert_int_equal(manifest.n_layers, 2);
	assert_true(manifest.layers[1].size == 5000000000u);
	assert_int_equal(manifest.layers[1].media, MEDIA_TAR_GZIP);
	assert_int_equal(manifest.config.digest.b[0], 0x11);
	assert_int_equal(manifest.layers[0].digest.b[31], 0x22);
}

static void manifests_that_say_two_things_are_refused(void **state)
{
	static const struct {
		const char *doc, *why;
	} cases[] = {
		{ "{" CONFIG ",\"layers\":[]}", "schemaVersion" },
		{ "{\"schemaVersion\":1," CONFIG ",\"layers\":[]}", "schemaVersion" },
		{ "{\"schemaVersion\":2," CONFIG "}", "layers" },
		{ "{\"schemaVersion\":2,\"layers\":[]}", "config" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":{}}", "array" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[1]}", "object" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"size\":1}]}", "no digest" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" D1 "\"}]}",
			"no size" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"digest\":\"" D1
		  "\",\"size\":1}]}",
			"media type" },
		{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[],\"manifests\":[]}", "manifests" },
		{ "{\"schemaVersion\":2,\"mediaType\":\"application/"
		  "vnd.oci.image.index.v1+json\"," CONFIG ",\"layers\":[]}",
			"media" },
		{ "[]", "object" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(read_manifest(cases[i].doc), -EBADMSG);
		if (!strstr(why.text, cases[i].why))
			fail_msg("%s: %s", cases[i].why, why.text);
	}
}

static char entries[1024];

static int keep_entry(void *ctx, const struct index_entry *n, struct err *e)
{
	struct str *s = ctx;

	(void)e;
	str_fmt(s, "%s|%s|%s/%s/%s|%llu;", n->ref, n->kind, n->os, n->arch, n->variant,
		(unsigned long long)n->desc.size);
	return strcmp(n->ref, "stop") == 0;
}

static int read_index(const char *doc)
{
	struct str s;

	err_clear(&why);
	str_init(&s, entries, sizeof(entries));
	arena_init(&arena, memory, sizeof(memory));
	return index_read(&arena, doc, strlen(doc), "index", keep_entry, &s, &why);
}

#define ENTRY(more)                                                                                \
	"{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"" D1           \
	"\",\"size\":9" more "}"

static void an_index_gives_its_entries_in_order(void **state)
{
	(void)state;
	assert_int_equal(
		read_index("{\"schemaVersion\":2,\"manifests\":[" ENTRY(
			",\"annotations\":{\"org.opencontainers.image.ref.name\":\"1.0\",\"kind\":"
			"\"k\"}") "," ENTRY(",\"platform\":{\"os\":\"linux\",\"architecture\":"
					    "\"arm\",\"variant\":\"v7\"}") "]}"),
		0);
	assert_string_equal(entries, "1.0|k|//|9;||linux/arm/v7|9;");
	assert_int_equal(read_index("{\"schemaVersion\":2,\"manifests\":[" ENTRY(
				 ",\"annotations\":{\"org.opencontainers.image.ref.name\":"
				 "\"stop\"}") "," ENTRY("") "]}"),
		0);
	assert_string_equal(entries, "stop||//|9;");
}

static void an_index_is_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(
		read_index("{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}"), -EBADMSG);
	assert_int_equal(read_index("{\"schemaVersion\":2}"), -EBADMSG);
	assert_int_equal(read_index("{\"manifests\":[]}"), -EBADMSG);
	assert_int_equal(read_index("{\"schemaVersion\":2,\"manifests\":[{}]}"), -EBADMSG);
	assert_int_equal(read_index("{\"schemaVersion\":2,\"manifests\":[" ENTRY(
				 ",\"annotations\":{\"kind\":1}") "]}"),
		-EBADMSG);
}

static void our_own_platform_fits_best(void **state)
{
	char name[32], *arch, *variant;

	(void)state;
	str_copy(name, sizeof(name), platform_name());
	arch = strchr(name, '/') + 1;
	variant = strchr(arch, '/');
	if (variant)
		*variant++ = '\0';
	assert_true(platform_rank("linux", arch, variant ? variant : "") > 0);
	assert_true(platform_rank("linux", arch, variant ? variant : "") >=
		    platform_rank("linux", arch, ""));
	assert_int_equal(platform_rank("windows", arch, variant ? variant : ""), 0);
	assert_int_equal(platform_rank("linux", "s390x", ""), 0);
	assert_int_equal(platform_rank("linux", arch, "v99"), 0);
}

static void payloads_speak_for_one_digest(void **state)
{
	static const char good[] =
		"{\"critical\":{\"identity\":{\"docker-reference\":\"\"},\"image\":{\"docker-"
		"manifest-digest\":\"" D2
		"\"},\"type\":\"cosign container image signature\"},\"optional\":null}";
	static const char *const bad[] = {
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"" D2 "\"}}}",
		"{\"critical\":{\"type\":\"cosign container image signature\"}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"" D2
		"\"},\"type\":\"atomic container signature\"}}",
		"{\"critical.image\":{\"docker-manifest-digest\":\"" D2
		"\"},\"critical\":{\"type\":\"cosign container image signature\"}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha256:2\"},\"type\":"
		"\"cosign container image signature\"}}",
	};
	struct digest d;

	(void)state;
	arena_init(&arena, memory, sizeof(memory));
	err_clear(&why);
	assert_int_equal(cosign_payload(&arena, good, sizeof(good) - 1, &d, &why), 0);
	assert_int_equal(d.b[0], 0x22);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
			cosign_payload(&arena, bad[i], strlen(bad[i]), &d, NULL), -EBADMSG);
}

static void references_come_apart(void **state)
{
	static const struct {
		const char *image, *name, *tag;
		int rc, tar;
	} cases[] = {
		{ "oci:/a/b:1.0", "/a/b", "1.0", 0, 0 },
		{ "oci:/a:b/c", "/a:b/c", "", 0, 0 },
		{ "oci-archive:/x.tar:t", "/x.tar", "t", 0, 1 },
		{ "registry:5000/web", "registry:5000/web", "", 0, 0 },
		{ "registry.example/web:2", "registry.example/web", "2", 0, 0 },
		{ "oci:/a@" D1, "/a", "", 0, 0 },
		{ "oci:/a:1@" D1, "/a", "1", 0, 0 },
		{ "oci:/a@sha256:12", "", "", -EINVAL, 0 },
		{ "oci:", "", "", -EINVAL, 0 },
		{ "oci:/a:", "", "", -EINVAL, 0 },
		{ "../web", "", "", -EINVAL, 0 },
		{ "a/../../b", "", "", -EINVAL, 0 },
		{ "/etc/x", "", "", -EINVAL, 0 },
		{ "a/..", "", "", -EINVAL, 0 },
	};
	struct ref r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(ref_parse(cases[i].image, &r, NULL), cases[i].rc);
		if (cases[i].rc)
			continue;
		assert_string_equal(r.name, cases[i].name);
		assert_string_equal(r.tag, cases[i].tag);
		assert_int_equal(r.is_tar, cases[i].tar);
		assert_int_equal(r.pinned, strchr(cases[i].image, '@') != NULL);
	}
}

static void the_longest_scope_of_whole_names_wins(void **state)
{
	static struct trust t = { .n_keys = 3,
		.keys = { { .scope = "" }, { .scope = "reg/web" }, { .scope = "reg" } } };

	(void)state;
	assert_string_equal(trust_scope(&t, "reg/web"), "reg/web");
	assert_string_equal(trust_scope(&t, "reg/web/a"), "reg/web");
	assert_string_equal(trust_scope(&t, "reg/web:1"), "reg/web");
	assert_string_equal(trust_scope(&t, "reg/webserver"), "reg");
	assert_string_equal(trust_scope(&t, "registry/web"), "");
}

static void stop_signals_have_names_and_numbers(void **state)
{
	(void)state;
	assert_int_equal(imgconf_signal("SIGTERM"), SIGTERM);
	assert_int_equal(imgconf_signal("QUIT"), SIGQUIT);
	assert_int_equal(imgconf_signal("9"), 9);
	assert_int_equal(imgconf_signal("SIGRTMIN+3"), 37);
	assert_int_equal(imgconf_signal("RTMAX-1"), 63);
	assert_int_equal(imgconf_signal("SIGNONE"), 0);
	assert_int_equal(imgconf_signal("65"), 0);
}

static const char config[] =
	"{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\",\"config\":{"
	"\"Entrypoint\":[\"/bin/a\",\"b "
	"c\"],\"Cmd\":null,\"Env\":[\"A=1\",\"B=\"],\"User\":\"web:10\",\"WorkingDir\":\"/srv\","
	"\"Volumes\":{\"/data\":{},\"/"
	"x.y\":{}},\"StopSignal\":\"SIGINT\"},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" D1
	"\"]}}";

static struct imgconf conf;
static unsigned char rec[4096];

static int write_record(const char *doc, size_t n, unsigned layers)
{
	struct imgrec w;
	int rc;

	err_clear(&why);
	arena_init(&arena, memory, sizeof(memory));
	imgrec_start(&w, rec, sizeof(rec));
	rc = imgconf_read(&arena, doc, n, &conf, &w, &why);
	return rc ? rc : imgrec_finish(&w, layers, conf.stop_signal);
}

/* A store with one record of n bytes; reads it back. */
static int read_record(int n, struct image *image)
{
	char store[] = "/tmp/pintle-test-XXXXXX", path[200];
	uint8_t digest[32] = { 0xab };
	int rc;

	assert_non_null(mkdtemp(store));
	str_print(path, sizeof(path),
		"%s/images/sha256/ab00000000000000000000000000000000000000000000000000000000000000",
		store);
	assert_int_equal(io_mkdirs(AT_FDCWD, path, 0700), 0);
	str_print(path + strlen(path), sizeof(path) - strlen(path), "/" IMGREC_NAME);
	rc = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(io_write_full(rc, rec, (size_t)n), 0);
	close(rc);
	err_clear(&why);
	arena_init(&arena, memory, sizeof(memory));
	rc = image_read(store, digest, &arena, image, &why);
	io_remove_tree(AT_FDCWD, store);
	return rc;
}

static void a_record_brings_back_what_the_config_said(void **state)
{
	struct image i;
	int n = write_record(config, sizeof(config) - 1, 3);

	(void)state;
	assert_true(n > 0);
	assert_int_equal(conf.n_diff_ids, 1);
	assert_string_equal(conf.variant, "v7");
	assert_int_equal(read_record(n, &i), 0);
	assert_string_equal(i.entrypoint[0], "/bin/a");
	assert_string_equal(i.entrypoint[1], "b c");
	assert_null(i.entrypoint[2]);
	assert_null(i.cmd[0]);
	assert_string_equal(i.env[1], "B=");
	assert_string_equal(i.volumes[0], "/data");
	assert_string_equal(i.volumes[1], "/x.y");
	assert_null(i.volumes[2]);
	assert_string_equal(i.user, "web:10");
	assert_string_equal(i.cwd, "/srv");
	assert_int_equal(i.stop_signal, SIGINT);
	assert_int_equal(i.n_layers, 3);
	assert_true(str_ends(i.layers_dir, "/l"));
}

static void every_flipped_byte_of_a_record_is_noticed(void **state)
{
	struct image i;
	int n = write_record(config, sizeof(config) - 1, 3);

	(void)state;
	for (int at = 0; at < n; at += 5) {
		rec[at] ^= 0x10;
		assert_int_equal(read_record(n, &i), -EBADMSG);
		rec[at] ^= 0x10;
	}
	assert_int_equal(read_record(n - 1, &i), -EBADMSG);
	assert_int_equal(read_record(0, &i), -EBADMSG);
}

static void configs_of_other_types_are_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[1]}}",
		"{\"rootfs\":{\"type\":\"squashfs\"}}",
		"{\"config\":{\"Env\":{}}}",
		"{\"config\":{\"Cmd\":\"sh\"}}",
		"{\"config\":{\"Env\":[1]}}",
		"{\"config\":{\"User\":1}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(write_record(bad[i], strlen(bad[i]), 1), -EBADMSG);
}

static void a_workers_result_is_checked(void **state)
{
	struct job_result r = { .magic = JOB_MAGIC, .version = JOB_VERSION, .kind = JOB_PREPARE };

	(void)state;
	assert_int_equal(job_result_check(&r, JOB_PREPARE), 0);
	assert_int_equal(job_result_check(&r, JOB_VERIFY), -EPROTO);
	r.status = 1;
	assert_int_equal(job_result_check(&r, JOB_PREPARE), -EPROTO);
	r.status = -EIO;
	assert_int_equal(job_result_check(&r, JOB_PREPARE), -EPROTO);
	r.err.code = EIO;
	memset(r.err.text, '\x1b', sizeof(r.err.text));
	assert_int_equal(job_result_check(&r, JOB_PREPARE), 0);
	assert_int_equal(r.err.text[sizeof(r.err.text) - 1], 0);
	assert_null(strchr(r.err.text, '\x1b'));
	r.stop_signal = 1000;
	assert_int_equal(job_result_check(&r, JOB_PREPARE), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_gives_config_and_layers),
		cmocka_unit_test(manifests_that_say_two_things_are_refused),
		cmocka_unit_test(an_index_gives_its_entries_in_order),
		cmocka_unit_test(an_index_is_nothing_else),
		cmocka_unit_test(our_own_platform_fits_best),
		cmocka_unit_test(payloads_speak_for_one_digest),
		cmocka_unit_test(references_come_apart),
		cmocka_unit_test(the_longest_scope_of_whole_names_wins),
		cmocka_unit_test(stop_signals_have_names_and_numbers),
		cmocka_unit_test(a_record_brings_back_what_the_config_said),
		cmocka_unit_test(every_flipped_byte_of_a_record_is_noticed),
		cmocka_unit_test(configs_of_other_types_are_refused),
		cmocka_unit_test(a_workers_result_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
