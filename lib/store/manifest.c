#include "store/manifest.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cur.h"
#include "base/io.h"
#include "codec/crc.h"
#include "store/deletes.h"

struct str
store_option(const struct store_options *o, struct str name)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (str_eq(o->v[i].name, name))
			return o->v[i].value;
	return (struct str){ NULL, 0 };
}

void
manifest_free(struct manifest *m)
{
	arena_free(&m->mem);
	*m = (struct manifest){ 0 };
}

void
manifest_copy(struct manifest *to, const struct manifest *m, uint32_t more)
{
	*to = *m;
	to->mem = (struct arena){ 0 };
	to->option = arena_new(&to->mem, struct store_option, m->options);
	to->source = arena_new(&to->mem, struct manifest_source,
	    MANIFEST_SOURCES_MAX);
	to->block = arena_new(&to->mem, struct manifest_block,
	    (size_t)m->blocks + more);
	to->delete = arena_new(&to->mem, struct store_delete,
	    (size_t)m->deletes + 1);
	for (uint32_t i = 0; i < m->options; i++) {
		to->option[i].name = arena_str(&to->mem, m->option[i].name);
		to->option[i].value = arena_str(&to->mem, m->option[i].value);
	}
	for (uint32_t i = 0; i < m->sources; i++) {
		to->source[i] = m->source[i];
		to->source[i].path = arena_str(&to->mem, m->source[i].path);
	}
	for (uint32_t i = 0; i < m->blocks; i++) {
		to->block[i] = m->block[i];
		to->block[i].tenant = arena_str(&to->mem, m->block[i].tenant);
	}
	for (uint32_t i = 0; i < m->deletes; i++) {
		to->delete[i] = m->delete[i];
		to->delete[i].tenant = arena_str(&to->mem,
		    m->delete[i].tenant);
		to->delete[i].what = arena_str(&to->mem, m->delete[i].what);
		to->delete[i].text = arena_str(&to->mem, m->delete[i].text);
	}
}

struct store_options
manifest_options(const struct manifest *m)
{
	return (struct store_options){ m->option, m->options };
}

bool
manifest_is_kind(const struct manifest *m, const char *kind)
{
	return strncmp(m->kind, kind, sizeof m->kind) == 0;
}

void
manifest_add(struct manifest *m, const struct manifest_block *b)
{
	m->block[m->blocks] = *b;
	m->block[m->blocks].tenant = arena_str(&m->mem, b->tenant);
	m->block[m->blocks].cleaned = m->next_delete;
	m->blocks++;
}

const struct manifest_block *
manifest_find(const struct manifest *m, const uint8_t id[16])
{
	for (uint32_t i = 0; i < m->blocks; i++)
		if (memcmp(m->block[i].id, id, 16) == 0)
			return &m->block[i];
	return NULL;
}

void
manifest_drop(struct manifest *m, const uint8_t id[16])
{
	const struct manifest_block *b = manifest_find(m, id);

	if (!b)
		return;
	uint32_t i = (uint32_t)(b - m->block);

	memmove(&m->block[i], &m->block[i + 1],
	    (m->blocks - i - 1) * sizeof *m->block);
	m->blocks--;
}

struct manifest_source *
manifest_source(struct manifest *m, const uint8_t spool[16])
{
	for (uint32_t i = 0; i < m->sources; i++)
		if (memcmp(m->source[i].at.id, spool, 16) == 0)
			return &m->source[i];
	return NULL;
}

int
manifest_cursor(struct manifest *m, struct str path,
    const struct spool_cursor *at, struct err *e)
{
	struct manifest_source *s = manifest_source(m, at->id);

	/* a spool made anew: the one it was is nowhere now, and goes first */
	for (uint32_t i = 0; !s && i < m->sources; i++)
		if (str_eq(m->source[i].path, path))
			m->source[i].path = S("");
	for (uint32_t i = 0; !s && i < m->sources &&
	    m->sources == MANIFEST_SOURCES_MAX; i++)
		if (m->source[i].path.n == 0)
			s = &m->source[i];
	if (!s && m->sources == MANIFEST_SOURCES_MAX)
		return err_set(e, ERR_LIMIT, "a store reads from %u spools "
		    "at most", MANIFEST_SOURCES_MAX);
	if (path.n > MANIFEST_NAME_MAX)
		return err_set(e, ERR_LIMIT, "spool's path: too long");
	if (!s)
		s = &m->source[m->sources++];
	s->path = arena_str(&m->mem, path);
	s->at = *at;
	return 0;
}

void
manifest_block_of(struct manifest_block *b, const struct block_info *i)
{
	uint64_t footer_at = b->footer_at, bytes = b->bytes;

	*b = (struct manifest_block){
		.sequence = i->sequence, .sequence_to = i->sequence_to,
		.level = i->level, .tenant = i->tenant, .rows = i->rows,
		.min_time = i->min_time, .max_time = i->max_time,
		.min_received = i->min_received,
		.max_received = i->max_received, .raw_bytes = i->raw_bytes,
		.footer_at = footer_at, .bytes = bytes,
	};
	memcpy(b->id, i->id, 16);
}

/* Oldest first; the id makes the order total. */
static int
by_age(const void *va, const void *vb)
{
	const struct manifest_block *a = va, *b = vb;

	if (a->sequence_to != b->sequence_to)
		return a->sequence_to < b->sequence_to ? -1 : 1;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return memcmp(a->id, b->id, 16);
}

static void
put_block(struct buf *b, const struct manifest_block *k)
{
	buf_add(b, k->id, 16);
	buf_u64(b, k->sequence);
	buf_u64(b, k->sequence_to);
	buf_u32(b, k->level);
	buf_u64(b, k->rows);
	buf_u64(b, k->min_time);
	buf_u64(b, k->max_time);
	buf_u64(b, k->min_received);
	buf_u64(b, k->max_received);
	buf_u64(b, k->raw_bytes);
	buf_u64(b, k->footer_at);
	buf_u64(b, k->bytes);
	buf_u64(b, k->cleaned);
	buf_sized(b, k->tenant);
}

void
manifest_encode(struct manifest *m, struct buf *b)
{
	size_t start = b->n;

	if (m->blocks > 1)
		qsort(m->block, m->blocks, sizeof *m->block, by_age);
	buf_add(b, MANIFEST_MAGIC, 8);
	buf_u32(b, MANIFEST_VERSION);
	buf_add(b, m->id, 16);
	buf_u64(b, m->generation);
	buf_u64(b, m->sequence);
	buf_add(b, m->kind, sizeof m->kind);
	buf_u32(b, m->options);
	buf_u32(b, m->sources);
	buf_u32(b, m->blocks);
	buf_u32(b, m->deletes);
	buf_u64(b, m->next_delete);
	for (uint32_t i = 0; i < m->options; i++) {
		buf_sized(b, m->option[i].name);
		buf_sized(b, m->option[i].value);
	}
	for (uint32_t i = 0; i < m->sources; i++) {
		buf_add(b, m->source[i].at.id, 16);
		buf_u64(b, m->source[i].at.segment);
		buf_u64(b, m->source[i].at.offset);
		buf_sized(b, m->source[i].path);
	}
	for (uint32_t i = 0; i < m->blocks; i++)
		put_block(b, &m->block[i]);
	for (uint32_t i = 0; i < m->deletes; i++)
		delete_put(b, &m->delete[i]);
	buf_u32(b, crc32c(0, b->p + start, b->n - start));
}

static struct str
get_str(struct manifest *m, struct cur *c, size_t max)
{
	struct str s = cur_block(c);

	if (s.n > max)
		c->bad = true;
	return c->bad ? (struct str){ "", 0 } : arena_str(&m->mem, s);
}

static void
get_bytes(struct cur *c, void *to, size_t n)
{
	struct str s = cur_bytes(c, n);

	if (c->bad)
		memset(to, 0, n);
	else
		memcpy(to, s.p, n);
}

static int
get_block(struct manifest *m, struct cur *c, uint32_t version,
    struct manifest_block *k, struct err *e)
{
	get_bytes(c, k->id, 16);
	k->sequence = cur_u64(c);
	k->sequence_to = cur_u64(c);
	k->level = cur_u32(c);
	k->rows = cur_u64(c);
	k->min_time = cur_u64(c);
	k->max_time = cur_u64(c);
	k->min_received = cur_u64(c);
	k->max_received = cur_u64(c);
	k->raw_bytes = cur_u64(c);
	k->footer_at = cur_u64(c);
	k->bytes = cur_u64(c);
	if (version > 1)
		k->cleaned = cur_u64(c);
	k->tenant = get_str(m, c, MANIFEST_TENANT_MAX);
	if (c->bad)
		return err_set(e, ERR_CORRUPT, "cut short, or a name too long");
	if (k->sequence > k->sequence_to || k->sequence_to >= m->sequence)
		return err_set(e, ERR_CORRUPT, "sequence out of range");
	if (k->min_time > k->max_time || k->min_received > k->max_received)
		return err_set(e, ERR_CORRUPT, "times out of order");
	if (k->footer_at >= k->bytes)
		return err_set(e, ERR_CORRUPT, "footer past the end");
	if (k->cleaned > m->next_delete)
		return err_set(e, ERR_CORRUPT, "cleaned of what is to come");
	return 0;
}

static int
get_blocks(struct manifest *m, struct cur *c, uint32_t version, uint32_t n,
    struct err *e)
{
	if (n > cur_left(c) / MANIFEST_BLOCK_MIN)
		return err_set(e, ERR_CORRUPT, "%u blocks: cut short", n);
	m->block = arena_zero(&m->mem, struct manifest_block, (size_t)n + 1);
	for (uint32_t i = 0; i < n; i++) {
		if (get_block(m, c, version, &m->block[i], e) == -1)
			return err_in(e, "block entry %u", i);
		if (i > 0 && by_age(&m->block[i - 1], &m->block[i]) >= 0)
			return err_set(e, ERR_CORRUPT,
			    "block entry %u: out of order", i);
	}
	m->blocks = n;
	return 0;
}

static int
get_sources(struct manifest *m, struct cur *c, uint32_t n, struct err *e)
{
	if (n > MANIFEST_SOURCES_MAX)
		return err_set(e, ERR_LIMIT, "%u sources: over the limit of "
		    "%u", n, MANIFEST_SOURCES_MAX);
	m->source = arena_zero(&m->mem, struct manifest_source,
	    MANIFEST_SOURCES_MAX);
	for (uint32_t i = 0; i < n; i++) {
		struct manifest_source *s = &m->source[i];

		get_bytes(c, s->at.id, 16);
		s->at.segment = cur_u64(c);
		s->at.offset = cur_u64(c);
		s->path = get_str(m, c, MANIFEST_NAME_MAX);
		if (c->bad)
			return err_set(e, ERR_CORRUPT, "source %u: cut short, "
			    "or its path too long", i);
		if (manifest_source(m, s->at.id))
			return err_set(e, ERR_CORRUPT, "source %u: named twice",
			    i);
		m->sources = i + 1;
	}
	return 0;
}

static int
get_options(struct manifest *m, struct cur *c, uint32_t n, struct err *e)
{
	if (n > MANIFEST_OPTIONS_MAX)
		return err_set(e, ERR_LIMIT, "%u options: over the limit of "
		    "%u", n, MANIFEST_OPTIONS_MAX);
	m->option = arena_zero(&m->mem, struct store_option, n);
	for (uint32_t i = 0; i < n; i++) {
		m->option[i].name = get_str(m, c, MANIFEST_NAME_MAX);
		m->option[i].value = get_str(m, c, MANIFEST_VALUE_MAX);
		if (c->bad)
			return err_set(e, ERR_CORRUPT,
			    "option %u: cut short, or too long", i);
	}
	m->options = n;
	return 0;
}

static int
get_deletes(struct manifest *m, struct cur *c, uint32_t n, struct err *e)
{
	if (n > MANIFEST_DELETES_MAX)
		return err_set(e, ERR_LIMIT, "%u deletes: over the limit of "
		    "%u", n, MANIFEST_DELETES_MAX);
	m->delete = arena_zero(&m->mem, struct store_delete, (size_t)n + 1);
	for (uint32_t i = 0; i < n; i++) {
		struct store_delete *d = &m->delete[i];

		if (delete_get(c, &m->mem, d, e) == -1)
			return err_in(e, "delete %u", i);
		if (d->no >= m->next_delete || (i > 0 && d->no <= d[-1].no))
			return err_set(e, ERR_CORRUPT,
			    "delete %u: out of order", i);
	}
	m->deletes = n;
	return 0;
}

static int
check_kind(const struct manifest *m, struct err *e)
{
	size_t n = strnlen(m->kind, sizeof m->kind);

	for (size_t i = 0; i < sizeof m->kind; i++)
		if (i < n ? m->kind[i] < 'a' || m->kind[i] > 'z' :
		    m->kind[i] != '\0')
			return err_set(e, ERR_CORRUPT, "kind: not a name");
	return n > 0 ? 0 : err_set(e, ERR_CORRUPT, "kind: not a name");
}

static int
decode(struct manifest *m, struct cur *c, uint32_t version, struct err *e)
{
	get_bytes(c, m->id, 16);
	m->generation = cur_u64(c);
	m->sequence = cur_u64(c);
	get_bytes(c, m->kind, sizeof m->kind);
	uint32_t options = cur_u32(c), sources = cur_u32(c);
	uint32_t blocks = cur_u32(c);
	uint32_t deletes = version > 1 ? cur_u32(c) : 0;

	m->next_delete = version > 1 ? cur_u64(c) : 0;
	if (c->bad)
		return err_set(e, ERR_CORRUPT, "header: cut short");
	if (check_kind(m, e) == -1 || get_options(m, c, options, e) == -1 ||
	    get_sources(m, c, sources, e) == -1 ||
	    get_blocks(m, c, version, blocks, e) == -1 ||
	    get_deletes(m, c, deletes, e) == -1)
		return -1;
	return cur_left(c) == 0 ? 0 :
	    err_set(e, ERR_CORRUPT, "%zu bytes too many", cur_left(c));
}

/* Magic and version first: a later version may keep its CRC elsewhere. */
static int
check_frame(struct str bytes, struct err *e)
{
	if (bytes.n < 16 || memcmp(bytes.p, MANIFEST_MAGIC, 8) != 0)
		return err_set(e, ERR_CORRUPT, "not a manifest");
	uint32_t version = load32(bytes.p + 8);

	if (version > MANIFEST_VERSION)
		return err_set(e, ERR_LIMIT, "version %u: made by a later "
		    "release; this one knows version %u", version,
		    MANIFEST_VERSION);
	if (version == 0)
		return err_set(e, ERR_CORRUPT, "version %u: never was",
		    version);
	if (crc32c(0, bytes.p, bytes.n - 4) != load32(bytes.p + bytes.n - 4))
		return err_set(e, ERR_CORRUPT, "checksum does not fit");
	return 0;
}

int
manifest_decode(struct manifest *m, struct str bytes, struct err *e)
{
	*m = (struct manifest){ 0 };
	if (check_frame(bytes, e) == -1)
		return -1;
	struct cur c = cur_of(str_mk(bytes.p + 12, bytes.n - 16));

	if (decode(m, &c, load32(bytes.p + 8), e) == 0)
		return 0;
	manifest_free(m);
	return -1;
}

int
manifest_load(struct manifest *m, const char *dir, struct err *e)
{
	struct arena a = { 0 };
	struct buf b = { 0 };
	const char *path = io_path(&a, dir, "MANIFEST");
	struct err why = { 0 };
	int r = io_slurp(path, &b, MANIFEST_MAX, &why);

	*m = (struct manifest){ 0 };
	if (r == -1 && why.kind == ERR_SYS && why.sys == ENOENT) {
		err_set(&why, ERR_SYS, "%s: no store here (no MANIFEST)", dir);
		why.sys = ENOENT;
	}
	if (r == -1 && e)
		*e = why;
	if (r == 0) {
		r = manifest_decode(m, buf_str(&b), e);
		if (r == -1)
			err_in(e, "%s", path);
	}
	buf_free(&b);
	arena_free(&a);
	return r;
}

int
manifest_save(struct manifest *m, const char *dir, struct err *e)
{
	struct manifest back;	/* one nobody can read would be the end */
	struct arena a = { 0 };
	struct buf b = { 0 };

	manifest_encode(m, &b);
	int r = b.n > MANIFEST_MAX ?
	    err_set(e, ERR_LIMIT, "manifest: too many blocks") :
	    manifest_decode(&back, buf_str(&b), e);
	if (r == 0) {
		manifest_free(&back);
		r = io_replace(io_path(&a, dir, "MANIFEST"), buf_str(&b), e);
	} else
		err_in(e, "%s: a manifest that could not be read again", dir);
	buf_free(&b);
	arena_free(&a);
	return r;
}
