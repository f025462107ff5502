/* SPDX-License-Identifier: ISC */
/*
 * Who signed it. Candidates come from index.json; each signature is tried with each key of the
 * image's scope, and what was wrong with each is told when none will do. The payload and the
 * signature are kept beside the image, so that they can be checked without the layout.
 */
#include <errno.h>
#include <string.h>

#include "fetch/work.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define CANDIDATES_MAX 16
#define PAYLOAD_MAX 8192u
#define PAYLOAD_FILE "signature.json"

struct search {
	struct work *w;
	unsigned n;
	struct desc found[CANDIDATES_MAX];
};

/* "sha256-<hex>.sig" of a digest of the chain, or whatever cosign saved as signatures. */
static int collect(void *ctx, const struct index_entry *entry, struct err *e)
{
	struct search *s = ctx;
	char name[80], hex[65];
	unsigned i;
	bool ours = strcmp(entry->kind, "dev.cosignproject.cosign/sigs") == 0;

	(void)e;
	for (i = 0; !ours && i < s->w->n_chain; i++) {
		str_print(name, sizeof(name), "sha256-%s.sig", digest_hex(&s->w->chain[i], hex));
		ours = strcmp(entry->ref, name) == 0;
	}
	if (!ours || entry->desc.media != MEDIA_MANIFEST)
		return 0;
	s->found[s->n++] = entry->desc;
	return s->n == CANDIDATES_MAX;
}

/* The trusted key that made the signature, or NULL. */
static const struct trust_key *signer(
	const struct work *w, const struct digest *payload, const uint8_t *der, size_t n)
{
	const char *scope = trust_scope(&w->trust, w->ref.name);
	unsigned i;

	for (i = 0; i < w->trust.n_keys; i++)
		if (strcmp(w->trust.keys[i].scope, scope) == 0 &&
		    sig_verify(&w->trust.keys[i].key, payload, der, n) == 0)
			return &w->trust.keys[i];
	return NULL;
}

static bool in_chain(const struct work *w, const struct digest *d)
{
	for (unsigned i = 0; i < w->n_chain; i++)
		if (digest_same(&w->chain[i], d))
			return true;
	return false;
}

/* A signature is good: does its payload, n bytes in w->doc, speak of this image? */
static int check_claim(struct work *w, size_t n)
{
	struct digest claimed;
	char text[DIGEST_TEXT_MAX];
	int rc = cosign_payload(&w->json, w->doc, n, &claimed, w->e);

	if (rc)
		return rc;
	if (!in_chain(w, &claimed))
		return err_set(w->e, EKEYREJECTED, "signature", "is for another digest: %s",
			digest_text(&claimed, text));
	return 0;
}

static int try_sig(struct work *w, const struct cosign_sig *sig)
{
	uint8_t der[SIG_DER_MAX];
	const struct trust_key *k;
	int n = cosign_decode(sig, der, w->e), rc;

	if (n < 0)
		return n;
	k = signer(w, &sig->payload.digest, der, (size_t)n);
	if (!k)
		return err_set(w->e, EKEYREJECTED, "signature", "by no trusted key");
	if (sig->payload.size > PAYLOAD_MAX)
		return err_set(
			w->e, EFBIG, "signature", "the payload is larger than %u", PAYLOAD_MAX);
	n = chain_read(w, &sig->payload, "signature payload");
	rc = n < 0 ? n : check_claim(w, (size_t)n);
	if (!rc)
		rc = store_put(&w->store, PAYLOAD_FILE, w->doc, (size_t)n, w->e);
	if (!rc)
		rc = store_put(&w->store, EVIDENCE_FILE, sig->base64, strlen(sig->base64), w->e);
	if (!rc)
		memcpy(w->res->key, k->key.id.b, sizeof(k->key.id.b));
	return rc;
}

/*
 * Why a signature would not do, behind the others. The record of the job is wanted afresh for the
 * next.
 */
static void add_reason(struct work *w, struct str *why)
{
	if (why->len)
		str_puts(why, "; ");
	if (strcmp(w->e->step, "signature"))
		str_fmt(why, "%s: ", w->e->step);
	str_puts(why, w->e->text);
	err_clear(w->e);
}

static int try_candidate(struct work *w, const struct desc *d, struct str *why)
{
	int n = chain_read(w, d, "signature manifest"), rc;
	unsigned i;

	rc = n < 0 ? n
		   : cosign_read(
			     &w->json, w->doc, (size_t)n, "signature manifest", &w->cosign, w->e);
	if (rc) {
		add_reason(w, why);
		return rc;
	}
	for (i = 0; i < w->cosign.n; i++) {
		rc = try_sig(w, &w->cosign.sigs[i]);
		if (!rc)
			return 0;
		add_reason(w, why);
	}
	return -EKEYREJECTED;
}

int evidence_find(struct work *w)
{
	struct search s = { .w = w };
	char text[200], dig[DIGEST_TEXT_MAX];
	struct str why;
	int n = layout_read_index(&w->layout, w->doc, DOC_MAX, w->e), rc;
	unsigned i;

	if (n < 0)
		return n;
	rc = index_read(&w->json, w->doc, (size_t)n, "index.json", collect, &s, w->e);
	if (rc)
		return rc;
	if (!w->trust.n_keys)
		return err_set(w->e, ENOKEY, "signature", "no key to trust: %.100s names none",
			w->req->conf);
	str_init(&why, text, sizeof(text));
	for (i = 0; i < s.n; i++)
		if (try_candidate(w, &s.found[i], &why) == 0)
			return 0;
	digest_text(&w->chain[0], dig);
	if (!why.len)
		return err_set(w->e, ENOKEY, "signature", "no signature for %s", dig);
	return err_set(w->e, EKEYREJECTED, "signature", "%.19s: %s", dig, text);
}

/* Fills w->doc from a file of a stored image: its length or -errno. */
static int load(struct work *w, int dir_fd, const char *name)
{
	ssize_t n = io_read_file(dir_fd, name, w->doc, sizeof(w->doc));

	return n < 0 ? err_set(w->e, (int)n, "signature", "stored %s", name) : (int)n;
}

struct link {
	const struct digest *want;
	bool found;
};

static int on_link(void *ctx, const struct index_entry *entry, struct err *e)
{
	struct link *l = ctx;

	(void)e;
	l->found = digest_same(&entry->desc.digest, l->want);
	return l->found;
}

/*
 * The stored indexes, from the bottom: which digests lead to the manifest. They become the chain.
 */
static int load_chain(struct work *w, int dir_fd, const struct digest *manifest)
{
	w->chain[0] = *manifest;
	w->n_chain = 1;
	for (unsigned i = CHAIN_MAX - 1; i-- > 0;) {
		struct link l = { .want = &w->chain[w->n_chain - 1] };
		char name[24];
		ssize_t n;
		int rc;

		str_print(name, sizeof(name), "index-%u.json", i);
		n = io_read_file(dir_fd, name, w->doc, sizeof(w->doc));
		if (n == -ENOENT)
			continue;
		rc = n < 0 ? (int)n
			   : index_read(&w->json, w->doc, (size_t)n, name, on_link, &l, w->e);
		if (rc || !l.found)
			return err_set(w->e, EBADMSG, "signature",
				"stored %s does not lead to the manifest", name);
		sha256_of(w->doc, (size_t)n, &w->chain[w->n_chain++]);
	}
	return 0;
}

int evidence_check(struct work *w, int dir_fd, const struct digest *manifest)
{
	struct cosign_sig sig = { .base64 = "" };
	uint8_t der[SIG_DER_MAX];
	const struct trust_key *k;
	struct digest payload;
	int rc = load_chain(w, dir_fd, manifest), n, len;

	if (rc)
		return rc;
	n = load(w, dir_fd, EVIDENCE_FILE);
	if (n < 0)
		return n;
	if (str_copy(sig.base64, sizeof(sig.base64), w->doc))
		return err_set(w->e, EBADMSG, "signature", "stored " EVIDENCE_FILE " is too long");
	len = cosign_decode(&sig, der, w->e);
	n = len < 0 ? len : load(w, dir_fd, PAYLOAD_FILE);
	if (n < 0)
		return n;
	sha256_of(w->doc, (size_t)n, &payload);
	k = signer(w, &payload, der, (size_t)len);
	if (!k)
		return err_set(
			w->e, EKEYREJECTED, "signature", "kept with the image: by no trusted key");
	memcpy(w->res->key, k->key.id.b, sizeof(k->key.id.b));
	return check_claim(w, (size_t)n);
}
