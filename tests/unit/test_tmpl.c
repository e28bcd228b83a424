/* Templates: answers and errors are those of Go and of the reference. */
#include "unit.h"

#include "lql/dec.h"
#include "lql/funcs.h"

/* What a template makes of a line with some labels; or its error. */
static struct str
out_of(const char *text, struct arena *a)
{
	static const struct log_pair stream[] = { { S("a"), S("1") },
		{ S("b"), S("22") }, { S("u"), S("日本語") },
		{ S("j"), S("{\"k\":[1,{\"x\":null}],\"b\":true}") } };
	struct lql_entry en;
	struct lql_scene scene = { &en };
	struct buf b = { 0 };
	struct err e = { 0 };
	struct str s;

	entry_begin(&en, S("the line"), stream, 4, NULL, 0, a);
	en.time = UINT64_C(1700000000123456789);
	struct tmpl *t = tmpl_parse("line", str_of(text), lql_funcs, a, &e);

	if (!t || tmpl_run(t, &lql_template_data, &scene, &b, a, &e) == -1)
		s = arena_printf(a, "!%s", e.msg);
	else
		s = arena_str(a, buf_str(&b));
	tmpl_free(t);
	buf_free(&b);
	return s;
}

struct pair { const char *text, *out; };

static void
all(const struct pair *t, size_t n)
{
	struct arena a = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct str s = out_of(t[i].text, &a), want = str_of(t[i].out);

		/* "!..." alone: any error that ends so */
		bool same = str_starts(want, S("!...")) ? str_starts(s,
		    S("!")) && str_ends(s, str_skip(want, 4)) :
		    str_eq(s, want);

		if (!same)
			fprintf(stderr, "%s\n\tgave %.*s\n", t[i].text,
			    (int)(s.n > 300 ? 300 : s.n), s.p);
		CHECK(same);
		arena_reset(&a);
	}
	arena_free(&a);
}

#define ALL(t)	all((t), sizeof (t) / sizeof *(t))

static void
actions(void)
{
	static const struct pair t[] = {
		{ "", "" }, { "a {{- 1 -}} b", "a1b" },
		{ "x\n {{- /* c */ -}} \ny", "xy" }, { "{{/* c */}}", "" },
		{ "{{if .a}}y{{end}}{{if .no}}{{else if .b}}e{{else}}n{{end}}",
		    "ye" },
		{ "{{with .no}}x{{else with .a}}{{.}}{{end}}", "1" },
		{ "{{with $x := .a}}{{$x}}{{$.b}}{{end}}", "122" },
		{ "{{range $i, $e := (fromJson .j).k}}{{$i}}:{{$e}} {{end}}",
		    "0:1 1:map[x:<nil>] " },
		{ "{{range 5}}{{if eq . 1}}{{continue}}{{end}}{{if eq . 3}}"
		    "{{break}}{{end}}{{.}}{{end}}", "02" },
		{ "{{range $k, $v := .}}{{$k}}={{len $v}} {{end}}",
		    "a=1 b=2 j=29 u=9 " },
		{ "{{range .no}}x{{end}}", "!...range can't iterate over " },
		{ "{{range fromJson \"[]\"}}x{{else}}none{{end}}", "none" },
		{ "{{$x := 1}}{{range 3}}{{$x = add $x .}}{{end}}{{$x}}", "4" },
		{ "{{define \"t\"}}[{{.}}{{$}}]{{end}}{{template \"t\" .a}}"
		    "{{template \"t\"}}", "[11][<no value><no value>]" },
		{ "{{block \"y\" .b}}<{{.}}>{{end}}", "<22>" },
		{ "{{define \"r\"}}{{template \"r\"}}{{end}}{{template \"r\"}}",
		    "!template: line:1:25: executing \"r\" at <{{template "
		    "\"r\"}}>: exceeded maximum template depth (400)" },
		{ "{{range 10000000}}{{end}}{{range 10000000}}x{{end}}",
		    "!...takes too many steps" },
		{ "{{range 3000}}{{printf \"%9999d\" .}}{{end}}",
		    "!...puts out too much" },
		{ "{{template \"no\" .}}", "!template: line:1:11: executing "
		    "\"line\" at <{{template \"no\" .}}>: template \"no\" not "
		    "defined" },
		{ "{{ (index . \"a\") | printf \"%s-%s\" `x` }}", "x-1" },
		{ "{{ .a }}{{ nope }}",
		    "!template: line:1: function \"nope\" not defined" },
		{ "\n{{ $y }}", "!template: line:2: undefined variable \"$y\"" },
		{ "{{ if .a }}", "!template: line:1: unexpected EOF" },
		{ "{{ end }}", "!template: line:1: unexpected {{end}}" },
		{ "{{ else }}", "!template: line:1: unexpected {{else}}" },
		{ "{{ .a ", "!template: line:1: unclosed action" },
		{ "{{}}", "!template: line:1: missing value for command" },
		{ "{{ \"a }}", "!template: line:1: unterminated quoted string" },
		{ "{{ .a | 1 }}", "!template: line:1: non executable command "
		    "in pipeline stage 2" },
		{ "{{break}}", "!template: line:1: {{break}} outside {{range}}" },
		{ "{{ .a.b }}", "!template: line:1:5: executing \"line\" at "
		    "<.a.b>: can't evaluate field b in type string" },
		{ "{{ .a 1 }}", "!template: line:1:3: executing \"line\" at "
		    "<.a>: a is not a method but has arguments" },
		{ "x\n{{ 1 2 }}", "!template: line:2:3: executing \"line\" at "
		    "<1>: can't give argument to non-function 1" },
	};

	ALL(t);
}

static void
builtins(void)
{
	static const struct pair t[] = {
		{ "{{and 1 0 (div 1 0)}} {{or \"\" 2 (div 1 0)}}", "0 2" },
		{ "{{eq 1 2 1}} {{ne 1 2}} {{lt \"a\" \"b\"}} {{ge 2.5 2.5}}",
		    "true true true true" },
		{ "{{eq nil .a}}", "false" }, { "{{eq .}}",
		    "!...missing argument for comparison" },
		{ "{{lt true false}}", "!...invalid type for comparison" },
		{ "{{eq . .}}", "!...non-comparable type map[string]string" },
		{ "{{index .u 0}} {{index (fromJson .j) \"k\" 0}}", "230 1" },
		{ "{{slice .b 1}} {{slice \"abc\" 3}}", "2 " },
		{ "{{slice \"abc\" 2 1}}", "!...invalid slice index: 2 > 1" },
		{ "{{len 3}}", "!...len of type int" },
		{ "{{print 1 2 \"x\" 3 nil}}|{{println 1 \"x\"}}",
		    "1 2x3 <nil>|1 x\n" },
		{ "{{printf \"%q %+q %#q %#q\" \"é\" \"é\" \"a\" \"`\"}}",
		  "\"é\" \"\\u00e9\" `a` \"`\"" },
		{ "{{printf \"%5d|%-5d|%05d|%+d|%x|%X|%o|%b|%c|%U|%q\" 42 42 42 "
		    "42 255 255 8 5 0x65e5 0x65e5 'x'}}",
		    "   42|42   |00042|+42|ff|FF|10|101|日|U+65E5|'x'" },
		{ "{{printf \"%6.2f|%-8g|%e|%v|%G\" 3.14159 2.5 1e6 1e21 1e-7}}",
		    "  3.14|2.5     |1.000000e+06|1e+21|1E-07" },
		{ "{{printf \"%10s|%-6q|%.1s|% x|%t|%v\" .u .a .u .b true nil}}",
		    "       日本語|\"1\"   |日|32 32|true|<nil>" },
		{ "{{printf \"%d %s %!\" .a 5}}",
		    "%!d(string=1) %!s(int=5) %!!(MISSING)" },
		{ "{{printf \"%[2]v %[1]*[2]d|%*d\" 3 2}}", "2   2|%!(BADWIDTH)%!d(MISSING)" },
		{ "{{printf \"x\" 1 .a}} {{printf \"%\"}} {{printf \"%d%%\" 5}}",
		    "x%!(EXTRA int=1, string=1) %!(NOVERB) 5%" },
		{ "{{printf \"%T %T %T %T\" 1 (add 1 2) . __timestamp__}}",
		    "int int64 map[string]string time.Time" },
		{ "{{html \"<&>\" 1}}{{js \"</a>\\n\"}}{{urlquery \"a b&\"}}",
		    "&lt;&amp;&gt;1\\u003C/a\\u003E\\u000Aa+b%26" },
		{ "{{call nil}}", "!...error calling call: call of nil" },
		{ "{{upper 1}}", "!template: line:1:8: executing \"line\" at "
		    "<1>: expected string; found 1" },
		{ "{{trunc (add 1 2) .a}}",
		    "!...wrong type for value; expected int; got int64" },
		{ "{{1 | upper}}",
		    "!...wrong type for value; expected string; got int" },
		{ "{{repeat \"1\" .a}}", "!...expected integer; found \"1\"" },
		{ "{{unixEpoch \"x\"}}",
		    "!...can't handle \"x\" for arg of type time.Time" },
		{ "{{replace 1}}",
		    "!...wrong number of args for replace: want 3 got 1" },
	};

	ALL(t);
}

static void
texts(void)
{
	static const struct pair t[] = {
		{ "{{upper \"straße é\"}} {{lower \"ÉA\"}} {{title \"éa b_c\"}}",
		    "STRAßE É éa Éa B_c" },
		{ "{{trim \"\\u00a0 x\\u3000\"}}|{{TrimSpace \" \\v\"}}", "x|" },
		{ "{{trimAll \"日x\" \"x日本x日\"}}", "本" },
		{ "{{Replace \"aaa\" \"\" \"-\" -1}} {{Replace \"aaa\" \"a\" \"b\" "
		    "0}} {{replace \"\" \"-\" .u}}",
		    "-a-a-a- aaa -日-本-語-" },
		{ "{{trunc -1 \"\"}}{{trunc 2 \"abc\"}}{{trunc -2 \"abc\"}}", "abbc" },
		{ "{{substr -1 9 \"abc\"}}", "!...runtime error: slice bounds out "
		    "of range [:9] with length 3" },
		{ "{{repeat -1 \"x\"}}", "!...strings: negative Repeat count" },
		{ "{{repeat 99999999 \"x\"}}", "!...puts out too much" },
		{ "{{indent 1 \"a\\nb\"}}", " a\n b" },
		{ "{{alignLeft 2 .u}}{{alignRight 4 .u}}", "日本 日本語" },
		{ "{{regexReplaceAll \"(.)(?P<n>.)\" \"abcd\" \"${n}$1\"}}", "badc" },
		{ "{{$r := \"[\"}}{{count $r .a}}", "!...error calling count: error "
		    "parsing regexp: missing closing ]: `[`" },
		{ "{{default 5 .no}} {{default 5 .a}} {{default \"d\"}}",
		    "5 1 d" },
		{ "{{b64enc .u}} {{b64dec \"YQ=\"}} {{b64dec \"Y*==\"}}",
		    "5pel5pys6Kqe illegal base64 data at input byte 2 illegal "
		    "base64 data at input byte 1" },
		{ "{{urlencode \"é /\"}} {{urldecode \"%41+%e9\"}}",
		    "%C3%A9+%2F A \xe9" },
		{ "{{fromJson \"[1,]\"}} {{fromJson \"01\"}} {{fromJson \"1 2\"}}",
		    "<no value> <no value> <no value>" },
		{ "{{fromJson \"{\\\"b\\\":1,\\\"a\\\":2,\\\"b\\\":\\\"\\\\u00e9\\\"}\"}}",
		    "map[a:2 b:é]" },
		{ "{{fromJson \"1e999\"}}{{(fromJson .a).x}}",
		    "!...can't evaluate field x in type float64" },
		{ "{{__line__ | len}}", "8" },
	};

	ALL(t);
}

static void
numbers(void)
{
	static const struct pair t[] = {
		{ "{{int \"-0x1F\"}} {{int \"08\"}} {{int \"1_0\"}} {{int \"-.5\"}} "
		    "{{int true}} {{int 1e3}}", "-31 0 10 0 1 1000" },
		{ "{{int \"9223372036854775808\"}} {{add 9223372036854775807 1}}",
		    "0 -9223372036854775808" },
		{ "{{div -9223372036854775808 -1}} {{mod -7 3}} {{mod 7 -1}}",
		    "-9223372036854775808 -1 0" },
		{ "{{add}} {{add \"x\" 2}} {{sub 1 2}} {{mul 2 \"3\" 1.9}}",
		    "0 2 -1 6" },
		{ "{{addf 0.1 0.2}} {{subf 0.3 0.1}} {{mulf 1.1 1.1}} {{divf 1 3}} "
		    "{{divf 1 3 3}}", "0.3 0.2 1.21 0.3333333333333333 "
		    "0.1111111111111111" },
		{ "{{divf 1 0}}", "!...decimal division by 0" },
		{ "{{round 2.5 0}} {{round -2.5 0}} {{round 1234.5 -2}} {{round "
		    "1.25 1 0.6}}", "3 -3 1200 1.2" },
		{ "{{max 1 \"7\" 3}} {{minf 2.5 \"x\"}} {{ceil \"1.2\"}}", "7 0 2" },
		{ "{{bytes \"1.5 KiB\"}} {{bytes \"2,000\"}}", "1536 2000" },
		{ "{{bytes \"2qb\"}}", "!...unhandled size name: qb" },
		{ "{{duration \"-1m1.5s\"}} {{duration_seconds \"1h\"}}",
		    "-61.5 3600" },
		{ "{{duration \"1h5\"}}",
		    "!...time: missing unit in duration \"1h5\"" },
		{ "{{duration \"1h2x\"}}",
		    "!...time: unknown unit \"x\" in duration \"1h2x\"" },
		{ "{{duration \"\"}}", "!...time: invalid duration \"\"" },
	};

	ALL(t);
	CHECK(dec_add(1e300, 1) > 9e299 && dec_div(1, 1e20) <= 0);
	CHECK(dec_mul(123456789.123, 1000) > 123456789122.9);
}

static void
times(void)
{
	static const struct pair t[] = {
		{ "{{__timestamp__}}", "2023-11-14 22:13:20.123456789 +0000 UTC" },
		{ "{{date \"Mon Monday Jan January 2 _2 02 002 __2 06 2006\" "
		    "__timestamp__}}",
		    "Tue Tuesday Nov November 14 14 14 318 318 23 2023" },
		{ "{{date \"15 3 03 4 04 5 05 PM pm .000 .999999 ,00 MST -07 -0700 "
		    "-07:00 Z07:00\" __timestamp__}}", "22 10 10 13 13 20 20 PM pm "
		    ".123 .123456 ,12 UTC +00 +0000 +00:00 Z" },
		{ "{{date \"2006-01-02\" 86400}} {{date \"_2006 Janet\" 0}}",
		    "1970-01-02 _1970 Janet" },
		{ "{{toDate \"2006-01-02 15:04:05\" \"2024-02-29 23:59:59.5\"}}",
		    "2024-02-29 23:59:59.5 +0000 UTC" },
		{ "{{toDate \"2006-01-02\" \"2023-02-29\"}}",
		    "0001-01-01 00:00:00 +0000 UTC" },
		{ "{{toDate \"Jan _2 2006 3:04PM -0700\" \"feb  3 2020 12:30AM "
		    "-0330\"}}", "2020-02-03 00:30:00 -0330 -0330" },
		{ "{{toDate \"2006-002T15Z0700\" \"2020-366T05Z\"}}",
		    "2020-12-31 05:00:00 +0000 UTC" },
		{ "{{toDate \"02/Jan/06 MST\" \"05/Mar/69 CEST\"}}",
		    "1969-03-05 00:00:00 +0000 CEST" },
		{ "{{toDateInZone \"2006-01-02 15:04\" \"Europe/Paris\" "
		    "\"2021-07-02 10:00\" | unixEpoch}}", "1625212800" },
		{ "{{toDateInZone \"2006-01-02 15:04\" \"Europe/Paris\" "
		    "\"2021-10-31 02:30\"}}", "2021-10-31 02:30:00 +0100 CET" },
		{ "{{toDateInZone \"2006-01-02\" \"../../etc/passwd\" "
		    "\"2021-07-02\"}}", "2021-07-02 00:00:00 +0000 UTC" },
		{ "{{unixToTime \"19503\"}} {{unixToTime \"1679577215123456\"}}",
		    "2023-05-26 00:00:00 +0000 UTC 2023-03-23 13:13:35.123456 "
		    "+0000 UTC" },
		{ "{{unixEpochMillis (unixToTime \"-167957721\")}} "
		    "{{unixEpochNanos (toDate \"2006\" \"1969\")}}",
		    "-167957721000 -31536000000000000" },
		{ "{{unixToTime \"12\"}}",
		    "!...unable to parse time '12': %!w(<nil>)" },
	};

	ALL(t);
}

int
main(void)
{
	actions();
	builtins();
	texts();
	numbers();
	times();
	return unit_done();
}
