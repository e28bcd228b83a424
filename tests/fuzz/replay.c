/*
 * replay: a main for fuzz targets that runs them over files and folders given
 * as arguments, without a fuzzer. Says how many inputs ran; none is a failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static unsigned inputs;

static void
one(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	size_t n = 0;

	if (!f) {
		perror(path);
		exit(1);
	}
	for (;;) {
		p = realloc(p, n + 65536);
		size_t r = fread(p + n, 1, 65536, f);

		n += r;
		if (r == 0)
			break;
	}
	fclose(f);
	p = realloc(p, n > 0 ? n : 1);	/* exact, so that ASAN sees the end */
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	inputs++;
}

int
main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		struct dirent *de;
		char path[4096];

		if (!d) {
			one(argv[i]);
			continue;
		}
		while ((de = readdir(d)))
			if (de->d_name[0] != '.') {
				snprintf(path, sizeof path, "%s/%s", argv[i],
				    de->d_name);
				one(path);
			}
		closedir(d);
	}
	printf("%u inputs\n", inputs);
	return inputs == 0;
}
