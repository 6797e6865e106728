// What both programs need of their process.
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

static void fail(const char *what) {
	perror(what);
	exit(1);
}

// A viewer is a file, and one that is gone no reason to end.
static void allow_many_viewers(void) {
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
}

static inline double clock_ms(void) {
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1e3 + at.tv_nsec / 1e6;
}
