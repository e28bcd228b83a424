/*
 * measure: run a command several times, and print what it cost at best:
 *
 *   measure [-n TIMES] [-c FILE] [-p COMMAND] [-w FILE] COMMAND
 *
 * COMMAND is the shell's. Its stdout goes to FILE (default /dev/null). -p runs
 * another command before each run, not counted. Prints "WALL CPU KIB": the
 * least wall seconds, the least CPU seconds (user and system, children too),
 * and the peak memory of its largest process in KiB. With -w that goes to a
 * file, and COMMAND's stdout stays ours. Fails when COMMAND does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
run(const char *command, const char *out, struct rusage *ru)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (out && !freopen(out, "w", stdout))
			_exit(127);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || wait4(pid, &status, 0, ru) == -1) {
		perror("measure");
		exit(1);
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "measure: failed: %s\n", command);
		exit(1);
	}
}

int
main(int argc, char *argv[])
{
	const char *out = NULL, *before = NULL, *figures = NULL;
	double wall = 1e9, cpu = 1e9;
	struct rusage ru;
	long kib = 0;
	int c, n = 5;

	while ((c = getopt(argc, argv, "+n:c:p:w:")) != -1)
		switch (c) {
		case 'n': n = atoi(optarg); break;
		case 'c': out = optarg; break;
		case 'p': before = optarg; break;
		case 'w': figures = optarg; break;
		default: return 2;
		}
	if (optind + 1 != argc || n < 1) {
		fprintf(stderr, "usage: measure [-n TIMES] [-c FILE] "
		    "[-p COMMAND] [-w FILE] COMMAND\n");
		return 2;
	}
	if (!out && !figures)
		out = "/dev/null";
	for (int i = 0; i < n; i++) {
		if (before)
			run(before, "/dev/null", &ru);
		double from = now();

		run(argv[optind], out, &ru);
		double w = now() - from;
		double u = seconds(ru.ru_utime) + seconds(ru.ru_stime);

		wall = w < wall ? w : wall;
		cpu = u < cpu ? u : cpu;
		kib = ru.ru_maxrss > kib ? ru.ru_maxrss : kib;
	}
	if (figures && !freopen(figures, "w", stdout)) {
		perror(figures);
		return 1;
	}
	printf("%.4f %.4f %ld\n", wall, cpu, kib);
	return 0;
}
