// Many viewers that cost little: each says what a player says, then reads and forgets.
// usage: load PORT [OPENING]
// OPENING is a file with all a player sends behind its handshake; without it nothing is said and nothing looked at.
// Commands, one a line on stdin, each answered with one line:
//   join COUNT SPREAD_MS KIND   COUNT viewers, evenly over the time; KIND: read, silent, trickle, half or stop
//   mark                        what `tell` counts begins here
//   tell                        one JSON object: see `tell` below
//   waits                       of the viewers of the last `join`: [ms to the first keyframe, data segments until then]…
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "keyframe.h"
#include "process.h"

// MAX_VIEWERS: a process may hold that many files here. HANDSHAKE: S0, S1 and S2 (RTMP 1.0 §5.2).
// ACK_EVERY: what servers announce. SLOW_SEGMENT: that of a real path; loopback's 64 KB let megabytes wait in the kernel.
// TURNS: the slow ones read once a second, not all at the same moment.
enum { MAX_VIEWERS = 16384, HANDSHAKE = 3073, ACK_EVERY = 2500000, SLOW_SEGMENT = 1400, BUFFER = 1 << 18, EVENTS = 512, TURNS = 50 };

// READ acknowledges, SILENT does not; TRICKLE reads a byte a second, HALF about half of what comes, STOP nothing behind
// the handshake.
enum kind { READ, SILENT, TRICKLE, HALF, STOP };

// What the slow ones read a second; HALF has a buffer of as much.
static const int portions[] = {0, 0, 1, 68000, 0};

struct viewer {
	int socket, group;
	enum kind kind;
	int is_open, is_slow;
	unsigned received, acknowledged;
	double dialled_at, last_at, keyframe_at;
	unsigned segments_before, segments_at_keyframe;
	struct parser *parser;
};

static struct viewer viewers[MAX_VIEWERS];
static int count, group, pending, spread_over;
static enum kind pending_kind;
static double group_begun, spread_ms, now_ms, marked_at, longest_gap, trickled_at;
static unsigned long long bytes, segments_before_mark;
static int poller, port;
static char opening[4096], buffer[BUFFER];
static int opening_size;

// How many segments with data came in: a server's writes, as long as none is put together with the next one.
static unsigned segments_of(struct viewer *v) {
	struct tcp_info info = {0};
	socklen_t size = sizeof info;
	if (!v->is_open || getsockopt(v->socket, IPPROTO_TCP, TCP_INFO, &info, &size)) return 0;
	return info.tcpi_data_segs_in;
}

static unsigned long long segments_of_all(void) {
	unsigned long long sum = 0;
	for (int i = 0; i < count; i++) sum += segments_of(&viewers[i]);
	return sum;
}

static void hang_up(struct viewer *v) {
	if (!v->is_open) return;
	v->is_open = 0;
	close(v->socket);
}

static void send_all(struct viewer *v, const void *from, size_t size) {
	if (write(v->socket, from, size) != (ssize_t)size) hang_up(v);
}

static void dial(void) {
	static char hello[1537] = {3};
	if (count == MAX_VIEWERS) fail("too many viewers");
	struct viewer *v = &viewers[count++];
	*v = (struct viewer){.group = group, .kind = pending_kind, .is_open = 1, .dialled_at = clock_ms()};
	v->is_slow = v->kind == TRICKLE || v->kind == HALF || v->kind == STOP;
	v->socket = socket(AF_INET, SOCK_STREAM, 0);
	int segment = SLOW_SEGMENT, small = portions[v->kind] > 4096 ? portions[v->kind] : 4096;
	if (v->is_slow) {
		setsockopt(v->socket, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
		setsockopt(v->socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	}
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (v->socket < 0 || connect(v->socket, (struct sockaddr *)&to, sizeof to)) fail("connect");
	fcntl(v->socket, F_SETFL, O_NONBLOCK);
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = count};
	epoll_ctl(poller, EPOLL_CTL_ADD, v->socket, &event);
	if (!opening_size) return;
	v->parser = calloc(1, sizeof *v->parser);
	send_all(v, hello, sizeof hello);
}

static void acknowledge(struct viewer *v) {
	unsigned n = v->acknowledged = v->received;
	unsigned char message[16] = {2, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, n >> 24, n >> 16, n >> 8, n};
	send_all(v, message, sizeof message);
}

static void look_for_keyframe(struct viewer *v, unsigned size) {
	unsigned before = v->received - size;
	unsigned skip = before < HANDSHAKE ? HANDSHAKE - before : 0;
	if (v->received < HANDSHAKE) return;
	if (skip > 0) {
		send_all(v, opening, opening_size);
		v->segments_before = segments_of(v);
		if (v->is_slow) epoll_ctl(poller, EPOLL_CTL_DEL, v->socket, NULL);
	}
	if (!parse(v->parser, (unsigned char *)buffer + skip, size - skip)) return;
	v->keyframe_at = now_ms;
	v->segments_at_keyframe = segments_of(v) - v->segments_before;
	free(v->parser);
	v->parser = NULL;
}

static void take(struct viewer *v) {
	if (!v->is_open) return;
	// One who is slow takes no byte more than the handshake has.
	size_t most = v->is_slow && opening_size ? HANDSHAKE - v->received : BUFFER;
	ssize_t size = read(v->socket, buffer, most);
	if (size < 0 && errno == EAGAIN) return;
	if (size <= 0) return hang_up(v);
	v->received += size;
	bytes += size;
	double gap = now_ms - (v->last_at > marked_at ? v->last_at : marked_at);
	// Who came behind the mark waits for nothing yet.
	if (marked_at > 0 && v->dialled_at < marked_at && gap > longest_gap) longest_gap = gap;
	v->last_at = now_ms;
	if (v->parser) look_for_keyframe(v, size);
	if (v->kind == READ && v->received - v->acknowledged >= ACK_EVERY && opening_size) acknowledge(v);
}

static void trickle(void) {
	static int turn;
	trickled_at = now_ms;
	turn = (turn + 1) % TURNS;
	for (int i = turn; i < count; i += TURNS) {
		struct viewer *v = &viewers[i];
		if (!v->is_open || !v->is_slow || v->received < HANDSHAKE) continue;
		int error = 0;
		socklen_t size = sizeof error;
		getsockopt(v->socket, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error) hang_up(v);
		else if (portions[v->kind] > 0 && read(v->socket, buffer, portions[v->kind]) == 0) hang_up(v);
	}
}

// segments: data segments in since `mark`. gapMs: the longest time one of those who were there at `mark` got nothing.
static void tell(void) {
	int open = 0, playing = 0;
	for (int i = 0; i < count; i++) {
		open += viewers[i].is_open;
		playing += viewers[i].is_open && (opening_size ? viewers[i].keyframe_at > 0 : viewers[i].received > 0);
		if (marked_at > 0 && viewers[i].is_open && !viewers[i].is_slow && viewers[i].dialled_at < marked_at) {
			double from = viewers[i].last_at > marked_at ? viewers[i].last_at : marked_at;
			if (now_ms - from > longest_gap) longest_gap = now_ms - from;
		}
	}
	printf("{\"dialled\":%d,\"open\":%d,\"playing\":%d,\"ms\":%.1f,\"bytes\":%llu,\"segments\":%lld,\"gapMs\":%.2f}\n",
		count, open, playing, now_ms - marked_at, bytes, (long long)(segments_of_all() - segments_before_mark), longest_gap);
}

static void waits(void) {
	putchar('[');
	const char *between = "";
	for (int i = 0; i < count; i++) {
		struct viewer *v = &viewers[i];
		if (v->group != group) continue;
		printf(v->keyframe_at > 0 ? "%s[%.2f,%u]" : "%s[null,null]", between, v->keyframe_at - v->dialled_at,
			v->segments_at_keyframe);
		between = ",";
	}
	puts("]");
}

static void join(int wanted, double spread, const char *kind) {
	const char *kinds[] = {"read", "silent", "trickle", "half", "stop"};
	for (int i = 0; i < 5; i++)
		if (!strcmp(kinds[i], kind)) pending_kind = i;
	group++;
	pending = spread_over = wanted;
	spread_ms = spread;
	group_begun = clock_ms();
	puts("{}");
}

static void obey(char *line) {
	int wanted, spread;
	char kind[16];
	if (sscanf(line, "join %d %d %15s", &wanted, &spread, kind) == 3) join(wanted, spread, kind);
	else if (!strcmp(line, "tell")) tell();
	else if (!strcmp(line, "waits")) waits();
	else if (!strcmp(line, "mark")) {
		bytes = longest_gap = 0;
		segments_before_mark = segments_of_all();
		marked_at = clock_ms();
		puts("{}");
	} else exit(2);
	fflush(stdout);
}

static void listen_to_commands(void) {
	static char line[256];
	static size_t used;
	ssize_t size = read(0, line + used, sizeof line - 1 - used);
	if (size <= 0) exit(0);
	used += size;
	line[used] = 0;
	for (char *end; (end = strchr(line, '\n'));) {
		*end = 0;
		obey(line);
		used -= end + 1 - line;
		memmove(line, end + 1, used + 1);
	}
}

// Milliseconds until the next viewer is to dial; dials those whose time has come.
static int dial_due(void) {
	while (pending > 0) {
		double due = group_begun + spread_ms * (spread_over - pending) / spread_over - clock_ms();
		if (due > 0) return (int)due + 1;
		pending--;
		dial();
		// The others are read from in between.
		if (pending % 8 == 0) return 0;
	}
	return 1000 / TURNS;
}

int main(int words, char **word) {
	if (words < 2) return 2;
	port = atoi(word[1]);
	if (words > 2) {
		int file = open(word[2], O_RDONLY);
		opening_size = file < 0 ? -1 : read(file, opening, sizeof opening);
		if (opening_size <= 0) fail(word[2]);
	}
	allow_many_viewers();
	poller = epoll_create1(0);
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = 0}, events[EVENTS];
	epoll_ctl(poller, EPOLL_CTL_ADD, 0, &event);
	for (;;) {
		int ready = epoll_wait(poller, events, EVENTS, dial_due());
		now_ms = clock_ms();
		for (int i = 0; i < ready; i++)
			if (events[i].data.u32 == 0) listen_to_commands();
			else take(&viewers[events[i].data.u32 - 1]);
		if (now_ms - trickled_at >= 1000.0 / TURNS) trickle();
	}
}
