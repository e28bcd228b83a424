/*
 * measure: run a command several times, and print what it cost at best:
 *
 *   measure [-n TIMES] [-c FILE] [-p COMMAND] [-w FILE] COMMAND
 *   measure [OPTION ...] PROGRAM ARGUMENT ...
 *
 * A single COMMAND is the shell's; a program with arguments is started without
 * one, which is half of what a short program costs. Its stdout goes to FILE
 * (default /dev/null). -p runs another command before each run, not counted.
 * Prints "WALL CPU KIB": the least wall seconds, the least CPU seconds (user
 * and system, children too), and the peak memory of its largest process in
 * KiB. With -w that goes to a file, and COMMAND's stdout stays ours. Fails when
 * COMMAND does.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
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

/* The whole life of a process; its wall seconds. */
static double
run(const char *const argv[], const char *out, struct rusage *ru)
{
	posix_spawn_file_actions_t fa;
	double from;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	if (out)
		posix_spawn_file_actions_addopen(&fa, STDOUT_FILENO, out,
		    O_WRONLY | O_CREAT | O_TRUNC, 0666);
	from = now();
	errno = posix_spawnp(&pid, argv[0], &fa, NULL,
	    (char *const *)argv, environ);
	if (errno != 0 || wait4(pid, &status, 0, ru) == -1) {
		perror("measure");
		exit(1);
	}
	from = now() - from;
	posix_spawn_file_actions_destroy(&fa);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "measure: failed:");
		for (int i = 0; argv[i]; i++)
			fprintf(stderr, " %s", argv[i]);
		fprintf(stderr, "\n");
		exit(1);
	}
	return from;
}

int
main(int argc, char *argv[])
{
	const char *out = NULL, *before = NULL, *figures = NULL;
	const char *shell[] = { "/bin/sh", "-c", NULL, NULL };
	const char *const *command;
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
	if (optind >= argc || n < 1) {
		fprintf(stderr, "usage: measure [-n TIMES] [-c FILE] "
		    "[-p COMMAND] [-w FILE] COMMAND\n");
		return 2;
	}
	argv += optind;
	command = (const char *const *)argv;
	shell[2] = argv[0];
	if (!argv[1])
		command = shell;
	if (!out && !figures)
		out = "/dev/null";
	for (int i = 0; i < n; i++) {
		if (before)
			run((const char *[]){ "/bin/sh", "-c", before, NULL },
			    "/dev/null", &ru);
		double w = run(command, out, &ru);
		double u = seconds(ru.ru_utime) + seconds(ru.ru_stime);

		wall = w < wall ? w : wall;
		cpu = u < cpu ? u : cpu;
		kib = ru.ru_maxrss > kib ? ru.ru_maxrss : kib;
	}
	if (figures && !freopen(figures, "w", stdout)) {
		perror(figures);
		return 1;
	}
	printf("%.5f %.5f %ld\n", wall, cpu, kib);
	return 0;
}
