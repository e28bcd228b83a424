#include "query/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/num.h"
#include "base/time.h"
#include "base/tool.h"

#define WIDTH_MIN	20u
#define WIDTH_MAX	10000u
#define JUMP_ARGS	12u
#define TERMINAL_PIECE	((size_t)8 << 10)

static const char *const form_name[] = { "auto", "table", "chart", "json",
	"csv", "raw", "ids", "rec", "dot" };
#define FORMS	(sizeof form_name / sizeof *form_name)

/* "table", "chart" ...: ERR_QUERY for one that is not of these forms. */
static int
read_form(const char *word, unsigned forms, enum ask_out *out, struct err *e)
{
	struct buf names = { 0 };

	forms |= ASK_FORM(ASK_AUTO);
	for (unsigned i = 0; i < FORMS; i++)
		if (forms >> i & 1 && strcmp(word, form_name[i]) == 0) {
			*out = (enum ask_out)i;
			return 0;
		}
	for (unsigned i = ASK_AUTO + 1; i < FORMS; i++)
		if (forms >> i & 1)
			buf_addf(&names, "%s%s", names.n == 0 ? "" :
			    forms >> i == 1 ? " or " : ", ", form_name[i]);
	err_set(e, ERR_QUERY, "-o %s: not an output: %.*s", word,
	    PS(buf_str(&names)));
	buf_free(&names);
	return -1;
}

enum ask_out
ask_uncharted(enum ask_out out)
{
	return out == ASK_CHART ? ASK_TABLE : out;
}

int
ask_range(const char *since, const char *from, const char *to, uint64_t now,
    uint64_t *range_from, uint64_t *range_to, struct err *e)
{
	*range_from = *range_to = 0;
	if (since && from)
		return err_set(e, ERR_QUERY, "--since and --from: one of them");
	if (since && time_parse(str_of(since), now, true, range_from, e) == -1)
		return err_in(e, "--since");
	if (from && time_parse(str_of(from), now, false, range_from, e) == -1)
		return err_in(e, "--from");
	if (to && time_parse(str_of(to), now, false, range_to, e) == -1)
		return err_in(e, "--to");
	if (!to && (since || from))
		*range_to = UINT64_MAX;
	if ((since || from || to) && *range_to <= *range_from)
		return err_set(e, ERR_QUERY, "the range ends before it begins");
	return 0;
}

int
ask_count(const char *word, const char *option, uint64_t *n, struct err *e)
{
	if (strcmp(word, "all") == 0) {
		*n = 0;
		return 0;
	}
	if (!num_u64(str_of(word), n))
		return err_set(e, ERR_QUERY, "%s %s: not a count", option,
		    word);
	return 0;
}

int
ask_step(const char *word, const char *option, uint64_t *ns, struct err *e)
{
	int64_t n = 0;

	if (strcmp(word, "auto") == 0) {
		*ns = ASK_STEP_AUTO;
		return 0;
	}
	if (strcmp(word, "all") != 0 && !num_prom_duration(str_of(word), &n) &&
	    !num_go_duration(str_of(word), &n))
		return err_set(e, ERR_QUERY, "%s %s: not a time such as 30s",
		    option, word);
	if (strcmp(word, "all") != 0 && n <= 0)
		return err_set(e, ERR_QUERY, "%s %s: must be more than 0",
		    option, word);
	*ns = (uint64_t)n;
	return 0;
}

void
ask_no_match(void (*say)(void *arg, const char *msg), void *arg, bool any,
    uint64_t min, uint64_t max, uint64_t from, uint64_t to)
{
	char t1[40], t2[40], t3[40], t4[40], msg[256];

	if (!any)
		snprintf(msg, sizeof msg, "no match: the store is empty");
	else if (from == 0 && to == 0)
		snprintf(msg, sizeof msg, "no match; the store holds %s to %s",
		    time_format(t1, min, 3), time_format(t2, max, 3));
	else
		snprintf(msg, sizeof msg, "no match; the store holds %s to %s,"
		    " asked was %s to %s", time_format(t1, min, 3),
		    time_format(t2, max, 3), time_format(t3, from, 3),
		    to == UINT64_MAX ? "now" : time_format(t4, to, 3));
	say(arg, msg);
}

void
ask_no_match_far(void (*say)(void *arg, const char *msg), void *arg,
    uint64_t from, uint64_t to)
{
	char t1[40], t2[40], msg[128];
	bool now = to == 0 || to == UINT64_MAX;

	if (from == 0)
		snprintf(msg, sizeof msg, "no match in the %s%s: --since or "
		    "--from asks for more", now ? "last hour" : "hour before ",
		    now ? "" : time_format(t2, to, 3));
	else
		snprintf(msg, sizeof msg, "no match; asked was %s to %s",
		    time_format(t1, from, 3), now ? "now" :
		    time_format(t2, to, 3));
	say(arg, msg);
}

void
ask_say(void (*say)(void *arg, const char *msg), void *arg, struct str text)
{
	struct buf b = { 0 };

	show_text(&b, text);
	buf_u8(&b, '\0');
	say(arg, b.p);
	buf_free(&b);
}

struct str
ask_stats(struct ask *a, uint64_t n, const char *what, uint64_t ns)
{
	const struct scan_count *c = &a->count;
	char read[24], raw[24];

	if (a->remote.url)
		return remote_stats(&a->mem, &a->remote.count, n, what, ns);
	return arena_printf(&a->mem, "%llu %s, %.1f ms; %llu stripes, %llu pages "
	    "(%llu skipped), %s read, %s unpacked", (unsigned long long)n,
	    what, (double)ns / 1e6, (unsigned long long)c->stripes,
	    (unsigned long long)c->pages,
	    (unsigned long long)c->pages_skipped,
	    num_fmt_size(read, c->bytes_read), num_fmt_size(raw, c->bytes_raw));
}

static int
ask_width(const char *word, uint64_t *width, struct err *e)
{
	if (num_u64(str_of(word), width) && *width >= WIDTH_MIN &&
	    *width <= WIDTH_MAX)
		return 0;
	return err_set(e, ERR_QUERY, "--width %s: not %u to %u columns", word,
	    WIDTH_MIN, WIDTH_MAX);
}

struct show
ask_show(const struct ask *a)
{
	struct show sh = show_for(STDOUT_FILENO, a->color);

	if (a->width > 0)
		sh.width = (unsigned)a->width;
	sh.zone = a->zone;
	return sh;
}

/* Lines, of which a terminal takes some at once. */
static int
write_lines(struct str bytes, struct err *e)
{
	for (size_t at = 0, n; at < bytes.n; at += n) {
		const char *from = bytes.p + at, *end;

		if (tool_stopped())
			return err_set(e, ERR_CANCEL, "stopped");
		n = bytes.n - at < TERMINAL_PIECE ? bytes.n - at :
		    TERMINAL_PIECE;
		end = memrchr(from, '\n', n);
		n = end ? (size_t)(end - from) + 1 : n;
		if (tool_write(NULL, str_mk(from, n), e) == -1)
			return -1;
	}
	return 0;
}

int
ask_write(void *arg, struct str bytes, struct err *e)
{
	const struct ask *a = arg;
	struct buf safe = { 0 };
	int r;

	if (a->terminal && (a->out == ASK_CSV || a->out == ASK_RAW)) {
		show_lines(&safe, bytes);
		bytes = buf_str(&safe);
	}
	r = a->terminal ? write_lines(bytes, e) : tool_write(NULL, bytes, e);
	buf_free(&safe);
	if (r == -1 && e && e->kind == ERR_SYS && e->sys == EPIPE)
		tool_no_reader();
	return r;
}

bool
ask_wait(int stop, int ms)
{
	struct pollfd p[2] = { { .fd = stop, .events = POLLIN },
	    { .fd = STDOUT_FILENO } };
	int n = poll(p, 2, ms);

	if (n > 0 && p[1].revents && !p[0].revents)
		tool_no_reader();
	return n != 0;
}

static int
set_zone(struct ask *a, const char *name, struct err *e)
{
	const struct zone *zone = strcmp(name, "Local") == 0 ?
	    zone_here(&a->mem) : zone_find(str_of(name), &a->mem);

	if (!zone)
		return err_set(e, ERR_QUERY, "timezone %s: not UTC, Local, or "
		    "a zone such as Europe/Paris", name);
	a->zone = zone;
	a->zone_name = arena_str(&a->mem, str_of(name)).p;
	return 0;
}

/* Records are for programs. */
static int
set_out(struct ask *a, enum ask_out out, struct err *e)
{
	if (out == ASK_REC && a->terminal)
		return err_set(e, ERR_QUERY, "-o rec: records are not for a "
		    "terminal");
	a->out = out;
	return 0;
}

int
ask_opt(struct ask *a, int c, const char *arg, struct err *e)
{
	switch (c) {
	case 'd': a->store = arg; break;
	case 'D': a->other = arg; break;
	case 'n': return ask_count(arg, "--limit", &a->limit, e);
	case 'o': return read_form(arg, a->forms, &a->out, e);
	case 'w': return ask_width(arg, &a->width, e);
	case ASK_SINCE: a->since = arg; break;
	case ASK_FROM: a->from_text = arg; break;
	case ASK_TO: a->to_text = arg; break;
	case 'z': return set_zone(a, arg, e);
	case ASK_COLOR: a->color = arg; break;
	case ASK_TENANT: a->tenant = str_of(arg); break;
	case ASK_STATS: a->stats = true; break;
	default: return remote_opt(&a->remote, c, arg, e);
	}
	return 0;
}

static bool
is_url(const char *other)
{
	return strstr(other, "://") != NULL;
}

int
ask_jump(const struct ask *a, const char *tool, const char *const *args,
    struct err *e)
{
	const char *argv[JUMP_ARGS] = { tool, is_url(a->other) ? "-u" :
	    "-d", a->other };
	size_t n = 3;

	if (a->tenant.n > 0) {
		argv[n++] = "--tenant";
		argv[n++] = a->tenant.p;
	}
	if (a->zone_name) {
		argv[n++] = "-z";
		argv[n++] = a->zone_name;
	}
	for (; *args && n < JUMP_ARGS - 1; args++)
		argv[n++] = *args;
	return tool_run(argv, e) == -1 ? -1 : 0;
}

int
ask_ready(struct ask *a, bool terminal, struct err *e)
{
	heap_huge();
	a->remote.tenant = a->tenant;
	a->terminal = terminal;
	if (set_out(a, a->out != ASK_AUTO ? a->out : terminal ? ASK_CHART :
	    ASK_JSON, e) == -1)
		return -1;
	return ask_range(a->since, a->from_text, a->to_text, time_now(),
	    &a->from, &a->to, e);
}

int
ask_do_limit(void *arg, const char *n, struct err *e)
{
	return ask_count(n, "\\limit", &((struct ask *)arg)->limit, e);
}

int
ask_do_since(void *arg, const char *age, struct err *e)
{
	struct ask *a = arg;

	return ask_range(strcmp(age, "all") == 0 ? NULL : age, NULL, NULL,
	    time_now(), &a->from, &a->to, e);
}

int
ask_do_output(void *arg, const char *form, struct err *e)
{
	struct ask *a = arg;
	enum ask_out out;

	if (read_form(form, a->forms, &out, e) == -1)
		return -1;
	return set_out(a, out == ASK_AUTO ? ASK_CHART : out, e);
}

int
ask_do_zone(void *arg, const char *name, struct err *e)
{
	return set_zone(arg, name, e);
}

int
ask_do_stats(void *arg, const char *none, struct err *e)
{
	struct ask *a = arg;

	(void)none;
	(void)e;
	a->stats = !a->stats;
	return 0;
}
