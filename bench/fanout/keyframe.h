// Finds where the first keyframe of an RTMP stream ends (RTMP 1.0 §5.3.1); looks at nothing else.
enum { CHUNK_STREAMS = 64, SET_CHUNK_SIZE = 1, VIDEO = 9, EXTENDED = 0xffffff, DEFAULT_CHUNK_SIZE = 128 };

enum state { BASIC, HEAD, BODY };

struct chunk_stream {
	unsigned length, left;
	unsigned char type, is_extended, first[4];
};

// To be zeroed before the first byte.
struct parser {
	enum state state;
	unsigned chunk_size, format, chunk_left, have;
	// Message header and extended timestamp.
	unsigned char head[15];
	struct chunk_stream streams[CHUNK_STREAMS], *stream;
};

static unsigned big_endian(const unsigned char *from, int bytes) {
	unsigned value = 0;
	while (bytes-- > 0) value = value << 8 | *from++;
	return value;
}

static void begin_body_if_head_is_whole(struct parser *p) {
	static const unsigned sizes[] = {11, 7, 3, 0};
	struct chunk_stream *stream = p->stream;
	unsigned size = sizes[p->format];
	if (p->have < size) return;
	if (size >= 3) stream->is_extended = big_endian(p->head, 3) == EXTENDED;
	if (p->have < size + (stream->is_extended ? 4 : 0)) return;
	if (size >= 7) {
		stream->length = big_endian(p->head + 3, 3);
		stream->type = p->head[6];
	}
	if (stream->left == 0) stream->left = stream->length;
	unsigned most = p->chunk_size ? p->chunk_size : DEFAULT_CHUNK_SIZE;
	p->chunk_left = stream->left < most ? stream->left : most;
	p->state = p->chunk_left > 0 ? BODY : BASIC;
}

// 1 where the message that ends here is a keyframe with a picture in it (FLV: 0x17, AVC packet type 1).
static int end_message(struct parser *p) {
	const unsigned char *first = p->stream->first;
	if (p->stream->type == SET_CHUNK_SIZE) p->chunk_size = big_endian(first, 4);
	return p->stream->type == VIDEO && first[0] == 0x17 && first[1] == 1;
}

// Bytes of the body at hand that were looked at; sets `found` where a keyframe ends with them.
static unsigned read_body(struct parser *p, const unsigned char *bytes, unsigned size, int *found) {
	struct chunk_stream *stream = p->stream;
	unsigned done = stream->length - stream->left, step = p->chunk_left < size ? p->chunk_left : size;
	for (unsigned i = 0; i < step && done + i < 4; i++) stream->first[done + i] = bytes[i];
	p->chunk_left -= step;
	stream->left -= step;
	if (p->chunk_left == 0) p->state = BASIC;
	*found = stream->left == 0 && end_message(p);
	return step;
}

// 1 as soon as the first keyframe is whole. Not to be called again after that.
static int parse(struct parser *p, const unsigned char *bytes, unsigned size) {
	for (unsigned at = 0; at < size;) {
		if (p->state == BODY) {
			int found;
			at += read_body(p, bytes + at, size - at, &found);
			if (found) return 1;
		} else if (p->state == HEAD) {
			p->head[p->have++] = bytes[at++];
			begin_body_if_head_is_whole(p);
		} else {
			// No server measured here sends on chunk streams above 63, whose ids take more bytes.
			p->format = bytes[at] >> 6;
			p->stream = &p->streams[bytes[at++] & 63];
			p->have = 0;
			p->state = HEAD;
			begin_body_if_head_is_whole(p);
		}
	}
	return 0;
}
