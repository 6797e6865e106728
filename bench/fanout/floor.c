// The least a server can pay for fan-out: the same bytes written to every socket, and nothing else.
// usage: floor VIEWERS BYTES_PER_WRITE WRITES_PER_SECOND
// Prints its port, takes that many connections and writes to all of them until it is killed.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "process.h"

enum { BACKLOG = 4096, NANOS = 1000000000 };

static int listen_anywhere(void) {
	int door = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	if (door < 0 || bind(door, (struct sockaddr *)&at, size) || listen(door, BACKLOG)) fail("listen");
	if (getsockname(door, (struct sockaddr *)&at, &size)) fail("getsockname");
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return door;
}

static int *accept_all(int door, int viewers) {
	int *sockets = malloc(viewers * sizeof *sockets), on = 1;
	for (int i = 0; i < viewers; i++) {
		sockets[i] = accept(door, NULL, NULL);
		if (sockets[i] < 0) fail("accept");
		fcntl(sockets[i], F_SETFL, O_NONBLOCK);
		setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	return sockets;
}

int main(int count, char **words) {
	if (count != 4) return 2;
	int viewers = atoi(words[1]), size = atoi(words[2]);
	long long step = (long long)(NANOS / atof(words[3]));
	allow_many_viewers();
	int *sockets = accept_all(listen_anywhere(), viewers);
	char *bytes = malloc(size);
	memset(bytes, 7, size);
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		for (int i = 0; i < viewers; i++) {
			ssize_t written = write(sockets[i], bytes, size);
			// The round is over when one hangs up. A reader without room would make the floor lower than it is.
			if (written < 0 && errno != EAGAIN) return 0;
			if (written != size) fail("short write");
		}
		long long at = next.tv_nsec + step;
		next.tv_sec += at / NANOS;
		next.tv_nsec = at % NANOS;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}
