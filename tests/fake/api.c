/*
 * A pretended query API: answers GETs on loopback as a script says, and writes
 * down what it was asked.
 *
 *	api -l LOG -s SCRIPT
 *
 * The first line on stdout is the port. SCRIPT holds an answer a line, taken
 * in turn: STATUS TYPE FILE, the file being the body, or, named *.rec, the
 * payload of its first record; after the last all is 404. LOG gets a line per request: the path, its parameters in their order,
 * decoded, the tenant and Authorization, between tabs.
 */
#include "base/io.h"
#include "record/record.h"

#include "fake.h"

#define BODY_MAX ((size_t)64 << 20)

struct fake { FILE *log, *script; };

static enum MHD_Result
on_param(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	(void)kind;
	fprintf(arg, "\t%s=%s", name, value ? value : "");
	return MHD_YES;
}

static void
unwrap(struct buf *body)
{
	struct str message;
	struct rec rec;
	size_t n;

	if (rec_frame(buf_str(body), &message, &n, NULL) != 1 ||
	    rec_parse(&rec, message, NULL) == -1)
		die("fake api: no record");
	memmove(body->p, rec.payload.p, rec.payload.n);
	body->n = rec.payload.n;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *path,
    const char *method, const char *version, const char *data, size_t *n,
    void **state)
{
	char line[512], type[128] = "text/plain", name[256] = "/dev/null";
	struct fake *f = arg;
	struct buf body = { 0 };
	struct MHD_Response *resp;
	enum MHD_Result done;
	unsigned status = 404;

	(void)version, (void)data, (void)n;
	if (!*state) {
		*state = f;
		return strcmp(method, "GET") == 0 ? MHD_YES : MHD_NO;
	}
	if (fgets(line, sizeof line, f->script))
		sscanf(line, "%u %127s %255s", &status, type, name);
	if (io_slurp(name, &body, BODY_MAX, NULL) == -1)
		die("fake api: %s", name);
	if (str_ends(str_of(name), S(".rec")))
		unwrap(&body);
	fprintf(f->log, "%s", path);
	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, on_param, f->log);
	fprintf(f->log, "\t%s\t%s\n", fake_header(c, "X-Scope-OrgID"),
	    fake_header(c, "Authorization"));
	fflush(f->log);
	resp = MHD_create_response_from_buffer(body.n, body.p,
	    MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(resp, "Content-Type", type);
	done = MHD_queue_response(c, status, resp);
	MHD_destroy_response(resp);
	buf_free(&body);
	return done;
}

int
main(int argc, char *argv[])
{
	struct fake f = { 0 };
	struct MHD_OptionItem none = { MHD_OPTION_END, 0, NULL };
	int c;

	while ((c = getopt(argc, argv, "l:s:")) != -1)
		switch (c) {
		case 'l': f.log = fake_file(optarg, "a"); break;
		case 's': f.script = fake_file(optarg, "r"); break;
		default: return 2;
		}
	if (!f.log || !f.script)
		return 2;
	return fake_serve(0, on_request, &f, &none);
}
