/*
 * A pretended query API: answers GETs on loopback as a script says, and writes
 * down what it was asked.
 *
 *	api -l LOG -s SCRIPT | -x PROGRAM
 *
 * The first line on stdout is the port. SCRIPT holds an answer a line, taken
 * in turn: STATUS TYPE FILE [HEADER:VALUE], the file being the body, or, named
 * *.rec, the payload of its first record; after the last all is 404. PROGRAM
 * prints such a line for each request, whose path and parameters, NAME=VALUE,
 * it is given. Words that stand for STATUS: "hang" never answers, "cut" ends
 * the connection half way through the body. LOG gets a line per request: the
 * path, its parameters in their order, decoded, the tenant and Authorization,
 * between tabs.
 */
#include <spawn.h>
#include <sys/wait.h>

#include "base/io.h"
#include "record/record.h"

#include "fake.h"

#define BODY_MAX ((size_t)64 << 20)

#define PARAMS_MAX 20u

struct fake { FILE *log, *script; const char *program; };

/* The request as the program gets it. */
struct asked { char *argv[PARAMS_MAX + 3]; unsigned n; };

static enum MHD_Result
on_param(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct asked *a = arg;

	(void)kind;
	if (a->n < PARAMS_MAX + 2 && asprintf(&a->argv[a->n++], "%s=%s", name,
	    value ? value : "") == -1)
		die("fake api: memory");
	return MHD_YES;
}

/* The first line that the program prints. */
static void
run(const struct asked *a, char *line, size_t size)
{
	posix_spawn_file_actions_t acts;
	FILE *f;
	int fd[2], status;
	pid_t pid;

	if (pipe(fd) == -1)
		die("fake api: pipe");
	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_adddup2(&acts, fd[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&acts, fd[0]);
	posix_spawn_file_actions_addclose(&acts, fd[1]);
	if (posix_spawn(&pid, a->argv[0], &acts, NULL, a->argv, environ) != 0)
		die("fake api: %s", a->argv[0]);
	posix_spawn_file_actions_destroy(&acts);
	close(fd[1]);
	f = fdopen(fd[0], "r");
	if (!f || !fgets(line, (int)size, f))
		line[0] = '\0';
	if (f)
		fclose(f);
	waitpid(pid, &status, 0);
}

struct body { struct buf b; bool cut; };

/* Half of the body of one that is cut, then the end. */
static ssize_t
on_body(void *arg, uint64_t at, char *to, size_t max)
{
	struct body *body = arg;
	size_t n = body->cut ? body->b.n / 2 : body->b.n;

	if (at >= n)
		return body->cut ? MHD_CONTENT_READER_END_WITH_ERROR :
		    MHD_CONTENT_READER_END_OF_STREAM;
	n = n - at < max ? n - at : max;
	memcpy(to, body->b.p + at, n);
	return (ssize_t)n;
}

static void
on_body_end(void *arg)
{
	struct body *body = arg;

	buf_free(&body->b);
	free(body);
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
	char line[512] = "", status[8] = "404", type[128] = "text/plain",
	    name[256] = "/dev/null", extra[128] = "", *value;
	struct asked asked = { .n = 2 };
	struct fake *f = arg;
	struct body *body;
	struct MHD_Response *resp;
	enum MHD_Result done;

	(void)version, (void)data, (void)n;
	if (!*state) {
		*state = f;
		return strcmp(method, "GET") == 0 ? MHD_YES : MHD_NO;
	}
	asked.argv[0] = (char *)(uintptr_t)f->program;
	asked.argv[1] = (char *)(uintptr_t)path;
	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, on_param, &asked);
	fprintf(f->log, "%s", path);
	for (unsigned i = 2; i < asked.n; i++)
		fprintf(f->log, "\t%s", asked.argv[i]);
	fprintf(f->log, "\t%s\t%s\n", fake_header(c, "X-Scope-OrgID"),
	    fake_header(c, "Authorization"));
	fflush(f->log);
	if (f->program)
		run(&asked, line, sizeof line);
	else if (!fgets(line, sizeof line, f->script))
		line[0] = '\0';
	for (unsigned i = 2; i < asked.n; i++)
		free(asked.argv[i]);
	sscanf(line, "%7s %127s %255s %127s", status, type, name, extra);
	if (strcmp(status, "hang") == 0) {
		MHD_suspend_connection(c);
		return MHD_YES;
	}
	body = xcalloc(1, sizeof *body);
	body->cut = strcmp(status, "cut") == 0;
	if (io_slurp(name, &body->b, BODY_MAX, NULL) == -1)
		die("fake api: %s", name);
	if (str_ends(str_of(name), S(".rec")))
		unwrap(&body->b);
	resp = MHD_create_response_from_callback(body->b.n, 65536, on_body,
	    body, on_body_end);
	MHD_add_response_header(resp, "Content-Type", type);
	if ((value = strchr(extra, ':'))) {
		*value = '\0';
		MHD_add_response_header(resp, extra, value + 1);
	}
	done = MHD_queue_response(c, body->cut ? 200 :
	    (unsigned)strtoul(status, NULL, 10), resp);
	MHD_destroy_response(resp);
	return done;
}

int
main(int argc, char *argv[])
{
	struct fake f = { 0 };
	struct MHD_OptionItem none = { MHD_OPTION_END, 0, NULL };
	int c;

	while ((c = getopt(argc, argv, "l:s:x:")) != -1)
		switch (c) {
		case 'l': f.log = fake_file(optarg, "a"); break;
		case 's': f.script = fake_file(optarg, "r"); break;
		case 'x': f.program = optarg; break;
		default: return 2;
		}
	if (!f.log || (!f.script && !f.program))
		return 2;
	return fake_serve(MHD_ALLOW_SUSPEND_RESUME, on_request, &f, &none);
}
