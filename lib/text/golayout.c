#include "text/golayout.h"

const char *const golayout_months[12] = { "January", "February", "March",
	"April", "May", "June", "July", "August", "September", "October",
	"November", "December" };
const char *const golayout_days[7] = { "Sunday", "Monday", "Tuesday",
	"Wednesday", "Thursday", "Friday", "Saturday" };

/* Longer ones stand before those they begin with. */
static const struct { const char *text; enum golayout type; } parts[] = {
	{ "January", GO_LONG_MONTH }, { "Jan", GO_MONTH },
	{ "Monday", GO_LONG_DAY }, { "Mon", GO_WEEKDAY }, { "MST", GO_ZONE },
	{ "002", GO_ZERO_YDAY }, { "01", GO_ZERO_MONTH }, { "02", GO_ZERO_DAY },
	{ "03", GO_ZERO_HOUR12 }, { "04", GO_ZERO_MINUTE },
	{ "05", GO_ZERO_SECOND }, { "06", GO_YEAR }, { "15", GO_HOUR },
	{ "1", GO_NUM_MONTH }, { "2006", GO_LONG_YEAR }, { "2", GO_DAY },
	{ "__2", GO_UNDER_YDAY }, { "_2", GO_UNDER_DAY },
	{ "3", GO_HOUR12 }, { "4", GO_MINUTE }, { "5", GO_SECOND },
	{ "PM", GO_PM }, { "pm", GO_LOWER_PM },
	{ "-070000", GO_NUM_SECONDS }, { "-07:00:00", GO_NUM_COLON_SECONDS },
	{ "-0700", GO_NUM }, { "-07:00", GO_NUM_COLON },
	{ "-07", GO_NUM_SHORT },
	{ "Z070000", GO_ISO_SECONDS }, { "Z07:00:00", GO_ISO_COLON_SECONDS },
	{ "Z0700", GO_ISO }, { "Z07:00", GO_ISO_COLON },
	{ "Z07", GO_ISO_SHORT },
};

/* .000 or .999, also behind a comma, if no digit follows. */
static size_t
fraction(struct str s)
{
	size_t n = 1;

	if (s.n < 2 || (s.p[0] != '.' && s.p[0] != ',') ||
	    (s.p[1] != '0' && s.p[1] != '9'))
		return 0;
	while (n < s.n && s.p[n] == s.p[1])
		n++;
	return n < s.n && s.p[n] >= '0' && s.p[n] <= '9' ? 0 : n;
}

static bool
part_at(struct str s, struct golayout_part *p)
{
	size_t n = fraction(s);

	if (n > 0) {
		p->type = s.p[1] == '0' ? GO_FRACTION : GO_FRACTION_SHORT;
		p->text = str_mk(s.p, n);
		return true;
	}
	if (str_starts(s, S("_2006")))	/* a _ and the year */
		return false;
	/* "Janet" is no month, as in Go */
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct str t = str_of(parts[i].text);

		if (!str_starts(s, t) || ((parts[i].type == GO_MONTH ||
		    parts[i].type == GO_WEEKDAY) && s.n > 3 &&
		    s.p[3] >= 'a' && s.p[3] <= 'z'))
			continue;
		p->type = parts[i].type;
		p->text = str_mk(s.p, t.n);
		return true;
	}
	return false;
}

struct golayout_part
golayout_next(struct str *layout)
{
	struct golayout_part p = { .type = GO_END };
	struct str s = *layout;

	for (size_t i = 0; i < s.n; i++)
		if (part_at(str_skip(s, i), &p)) {
			p.before = str_mk(s.p, i);
			*layout = str_skip(s, i + p.text.n);
			return p;
		}
	p.before = s;
	*layout = str_skip(s, s.n);
	return p;
}
