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
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "record/record.h"

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

static const char *
header(struct MHD_Connection *c, const char *name)
{
	const char *v = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);

	return v ? v : "-";
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
	fprintf(f->log, "\t%s\t%s\n", header(c, "X-Scope-OrgID"),
	    header(c, "Authorization"));
	fflush(f->log);
	resp = MHD_create_response_from_buffer(body.n, body.p,
	    MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(resp, "Content-Type", type);
	done = MHD_queue_response(c, status, resp);
	MHD_destroy_response(resp);
	buf_free(&body);
	return done;
}

static FILE *
file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

int
main(int argc, char *argv[])
{
	struct fake f = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct MHD_Daemon *d;
	int c;

	while ((c = getopt(argc, argv, "l:s:")) != -1)
		switch (c) {
		case 'l': f.log = file(optarg, "a"); break;
		case 's': f.script = file(optarg, "r"); break;
		default: return 2;
		}
	if (!f.log || !f.script)
		return 2;
	d = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
	    on_request, &f, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&to,
	    MHD_OPTION_END);
	if (!d)
		return 1;
	printf("%u\n", MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	for (;;)
		pause();
}
