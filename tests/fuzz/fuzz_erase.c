/* What a delete says of log lines: read, or refused. */
#include "log/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct err e = { 0 };

	if (log_delete_check(str_mk(p, n), &e) == -1 && e.msg[0] == '\0')
		die("refused without a word");
	return 0;
}
