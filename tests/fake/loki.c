/*
 * A pretended Loki: takes pushes on loopback, answers as a script says, and
 * writes down what it took.
 *
 *	loki [-o LINES [-l LOG] [-s SCRIPT]] [-c CERT -k KEY]
 *
 * The first line on stdout is the port. LINES gets a line of JSON per entry
 * that was answered with 204, as `lql -o json` writes them; LOG one per
 * request: status, path, tenant, Authorization, type, coding, bytes, lines.
 * SCRIPT holds an answer a line, taken in turn: STATUS [RETRY-AFTER] [TEXT];
 * "hold" never answers. After the last all is 204. What is no push is 599.
 * Without LINES nothing is looked at, for measurements. With CERT and KEY it
 * speaks TLS.
 */
#include "base/io.h"
#include "base/time.h"
#include "codec/gzip.h"
#include "codec/snappy.h"

#include "../loki.h"
#include "fake.h"

#define BODY_MAX ((size_t)64 << 20)

struct fake { FILE *lines, *log, *script; };

struct request { struct buf body; };

struct taken { FILE *to; unsigned n; };

static json_t *
object(const struct loki_pair *p, size_t n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_setn_new(o, p[i].name.p, p[i].name.n,
		    json_stringn(p[i].value.p, p[i].value.n));
	return o;
}

static void
write_line(void *arg, const struct loki_entry *l)
{
	struct taken *t = arg;
	char stamp[40];
	json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "timestamp",
	    time_format(stamp, l->time, 9), "labels",
	    object(l->label, l->labels), "metadata", object(l->meta,
	    l->metas), "line", json_stringn(l->line.p, l->line.n));

	if (t->to) {
		json_dumpf(o, t->to, JSON_COMPACT | JSON_SORT_KEYS);
		fputc('\n', t->to);
	}
	t->n++;
	json_decref(o);
}

/* What the body holds; false: it is no push. */
static bool
take(struct MHD_Connection *c, struct str body, struct taken *t)
{
	const char *type = fake_header(c, "Content-Type"),
	    *coding = fake_header(c, "Content-Encoding");
	bool json = strcmp(type, "application/json") == 0, good = true;
	struct buf plain = { 0 };

	if (!json && strcmp(type, "application/x-protobuf") == 0)
		good = snappy_unpack(body, &plain, BODY_MAX, NULL) == 0;
	else if (json && strcmp(coding, "gzip") == 0)
		good = gzip_inflate(body, &plain, BODY_MAX, NULL) == 0;
	else if (json && strcmp(coding, "-") == 0)
		buf_adds(&plain, body);
	else
		good = false;
	good = good && (json ? loki_json : loki_protobuf)(buf_str(&plain),
	    write_line, t);
	buf_free(&plain);
	return good;
}

static enum MHD_Result
quiet(struct MHD_Connection *c)
{
	struct MHD_Response *resp = MHD_create_response_from_buffer(0, NULL,
	    MHD_RESPMEM_PERSISTENT);
	enum MHD_Result done = MHD_queue_response(c, 204, resp);

	MHD_destroy_response(resp);
	return done;
}

static enum MHD_Result
answer(struct fake *f, struct MHD_Connection *c, const char *path,
    struct request *r)
{
	char line[512] = "204", retry[64] = "", text[400] = "";
	struct taken seen = { 0 }, kept = { .to = f->lines };
	struct MHD_Response *resp;
	enum MHD_Result done;
	int status, at = 0;

	if (!f->script || !fgets(line, sizeof line, f->script))
		strcpy(line, "204");
	if (strncmp(line, "hold", 4) == 0) {
		MHD_suspend_connection(c);
		return MHD_YES;
	}
	if (!f->lines)
		return quiet(c);
	status = (int)strtol(line, NULL, 10);
	if (sscanf(line, "%*d %63[0-9]%n", retry, &at) < 1)
		sscanf(line, "%*d%n", &at);
	snprintf(text, sizeof text, "%.390s", line + at +
	    (line[at] == ' '));
	if (!take(c, buf_str(&r->body), &seen))
		status = 599;
	else if (status == 204)
		take(c, buf_str(&r->body), &kept);
	fflush(f->lines);
	if (f->log) {
		fprintf(f->log, "%d %s %s %s %s %s %zu %u\n", status, path,
		    fake_header(c, "X-Scope-OrgID"), fake_header(c, "Authorization"),
		    fake_header(c, "Content-Type"), fake_header(c, "Content-Encoding"),
		    r->body.n, seen.n);
		fflush(f->log);
	}
	resp = MHD_create_response_from_buffer(status == 204 ? 0 :
	    strlen(text), text, MHD_RESPMEM_MUST_COPY);
	if (retry[0])
		MHD_add_response_header(resp, "Retry-After", retry);
	done = MHD_queue_response(c, (unsigned)status, resp);
	MHD_destroy_response(resp);
	return done;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	struct request *r = *state;

	(void)version;
	if (!r) {
		*state = xcalloc(1, sizeof *r);
		return strcmp(method, "POST") == 0 ? MHD_YES : MHD_NO;
	}
	if (*n > 0) {
		buf_add(&r->body, data, *n);
		*n = 0;
		return MHD_YES;
	}
	return answer(arg, c, path, r);
}

static void
on_end(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct request *r = *state;

	(void)arg, (void)c, (void)code;
	if (r)
		buf_free(&r->body);
	free(r);
}

/* The text of a file, for the library. */
static const char *
text(const char *path)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	if (io_slurp(path, &b, 1 << 20, &e) == -1)
		die("fake loki: %s", e.msg);
	buf_u8(&b, 0);
	return b.p;
}

int
main(int argc, char *argv[])
{
	struct fake f = { 0 };
	struct MHD_OptionItem opts[] = {
	    { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_end, NULL },
	    { MHD_OPTION_HTTPS_MEM_CERT, 0, NULL },
	    { MHD_OPTION_HTTPS_MEM_KEY, 0, NULL },
	    { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_ALLOW_SUSPEND_RESUME;
	int c;

	while ((c = getopt(argc, argv, "o:l:s:c:k:")) != -1)
		switch (c) {
		case 'o': f.lines = fake_file(optarg, "a"); break;
		case 'l': f.log = fake_file(optarg, "a"); break;
		case 's': f.script = fake_file(optarg, "r"); break;
		case 'c':
			opts[1].ptr_value = (void *)(uintptr_t)text(optarg);
			flags |= MHD_USE_TLS;
			break;
		case 'k':
			opts[2].ptr_value = (void *)(uintptr_t)text(optarg);
			break;
		default: return 2;
		}
	if (!(flags & MHD_USE_TLS))
		opts[1] = opts[3];
	return fake_serve(flags, on_request, &f, opts);
}
