/* When the prompt goes on on the next line. */
#include "unit.h"
#include "line/shell.h"

int
main(void)
{
	CHECK(shell_whole(S("")));
	CHECK(shell_whole(S("4bf92f35")));
	CHECK(shell_whole(S("{} | rate()")));
	CHECK(shell_whole(S("{ .a = \"|\" }")));
	CHECK(shell_whole(S("{a=\"\\\"(\"} |= `{`\n")));
	CHECK(shell_whole(S("{a=\"b\"} |= \"open")));	/* a mistake */
	CHECK(!shell_whole(S("{} |")));
	CHECK(!shell_whole(S("{} | \n")));
	CHECK(!shell_whole(S("({} | rate()) +")));
	CHECK(!shell_whole(S("{} | rate() >")));
	CHECK(!shell_whole(S("{} | by(name")));
	CHECK(!shell_whole(S("{ .a = \"x")));
	CHECK(!shell_whole(S("{a=\"b\"} |= `open")));
	CHECK(!shell_whole(S("sum by (a) (rate({a=\"b\"}[1m])")));
	return unit_done();
}
