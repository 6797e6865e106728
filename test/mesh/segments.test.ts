import { get as httpGet, type IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { Access } from "#shared/access/admission";
import { openToAll } from "#shared/access/request";
import { systemClock } from "#shared/base/clock";
import { createEvents, createLogger, createMetrics } from "#shared/base/runtime";
import { serveDash } from "#shared/doors/dash";
import { serveHls } from "#shared/doors/hls";
import { Showings, serveSegments } from "#shared/doors/segments";
import { Hub } from "#shared/media/stream";
import { listenHttp } from "#shared/net/http";
import { NUMBER, OPTIONS, type SourceOptions, source } from "../../shared/media/package/test-source.ts";

const log = createLogger({ level: "silent", pretty: false, node: "edge1" });

/** An edge's HTTP port with one stream, `live/a`, whose packets come when the test says so. */
async function stage(options: Partial<SourceOptions> = {}, waitMs = 1000) {
	const hub = new Hub({
		clock: systemClock,
		historyBytes: 50_000_000,
		historyMs: 60_000,
		onMalformed: () => {},
		onReaderFailed: (error: unknown) => expect.fail(String(error)),
	});
	const access = new Access(systemClock, openToAll);
	let leases = 0;
	const showings = new Showings({
		access,
		clock: systemClock,
		events: createEvents(log, createMetrics({ node: "edge1", role: "edge" })),
		packaging: () => OPTIONS,
		waitMs,
		lingerMs: 30_000,
		isOpen: () => true,
		source: {
			knows: async (key) => key === "live/a",
			open: async (key) => {
				if (key !== "live/a") return undefined;
				leases++;
				return { hub, release: () => void leases-- };
			},
			hops: () => [],
			readers: 0,
			skippedFrames: 0,
			onOver: () => () => {},
		},
	});
	const server = await listenHttp({
		name: "http",
		host: "127.0.0.1",
		port: 0,
		isForPages: true,
		limits: { connections: 3000, connectionsPerAddress: 3000 },
		onRefused: () => {},
		onUnheard: () => {},
		onFailed: (error) => expect.fail(String(error.stack)),
	});
	serveHls(server.app, showings);
	serveDash(server.app, showings);
	serveSegments(server.app, showings);
	await server.open();
	onTestFinished(async () => {
		showings[Symbol.dispose]();
		await server[Symbol.asyncDispose]();
	});
	const packets = source({ seconds: 60, ...options });
	let sent = 0;
	/** Brings the stream's packets up to a time. */
	const play = (seconds: number): void => {
		for (let packet = packets[sent]; packet && packet.time < seconds * 1000; packet = packets[++sent])
			hub.write(packet);
	};
	const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
		request(`http://127.0.0.1:${server.port}${path}`, headers, method);
	return { hub, play, get, showings, access, leases: () => leases };
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer; text: string };

function request(url: string, headers: Record<string, string>, method: string): Promise<Answer> {
	return new Promise((resolve, reject) => {
		httpGet(url, { headers, method, agent: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				const body = Buffer.concat(chunks);
				const { statusCode: status = 0, headers: got } = response;
				resolve({ status, headers: got, body, text: body.toString("utf8") });
			});
		}).on("error", reject);
	});
}

const at = (offset: number) => NUMBER + offset;

test("the first request of a cold stream is held until a player that knows no parts has something to play", async () => {
	const { play, get } = await stage();
	const answer = get("/live/a/index.m3u8");
	setTimeout(() => play(1.2), 50);
	setTimeout(() => play(5), 100);
	expect((await answer).text).toMatch(
		/CODECS="avc1.64000d,mp4a.40.2",RESOLUTION=320x180,FRAME-RATE=[\d.]+,AUDIO="audio"\nvideo.m3u8/,
	);
	expect((await get("/live/a/video.m3u8")).text).toContain("#EXTINF");
	expect((await get("/live/a/manifest.mpd")).text).toMatch(/bandwidth="\d+".* frameRate="\d+/);
});

test("where nothing comes it is told to try again, and an unknown stream is not found", async () => {
	const { get, leases } = await stage({}, 50);
	expect(await get("/live/a/video.m3u8")).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
	const unknown = await get("/live/b/index.m3u8");
	expect(unknown).toMatchObject({ status: 404, headers: { "access-control-allow-origin": "*" } });
	expect(JSON.parse(unknown.text)).toEqual({ error: "there is no stream live/b" });
	expect(leases()).toBe(1);
});

test("a playlist is held until it has what is asked for", async () => {
	const { play, get, showings } = await stage();
	play(3.2);
	expect((await get("/live/a/video.m3u8")).text).toContain(`HINT:TYPE=PART,URI="video-${at(1)}.2.m4s"`);
	const blocked = get(`/live/a/video.m3u8?_HLS_msn=${at(1)}&_HLS_part=2`);
	await expect.poll(() => showings.waiting).toBe(1);
	play(3.8);
	expect((await blocked).text).toContain(`URI="video-${at(1)}.2.m4s"`);
	const whole = get(`/live/a/audio.m3u8?_HLS_msn=${at(1)}`);
	await expect.poll(() => showings.waiting).toBe(1);
	play(5);
	expect((await whole).text).toContain(`audio-${at(1)}.m4s`);
	expect((await get(`/live/a/video.m3u8?_HLS_msn=${at(0)}`)).status).toBe(200);
});

test.for([
	`_HLS_part=1`,
	`_HLS_msn=${at(9)}`,
	"_HLS_msn=-1",
	`_HLS_msn=${at(1)}&_HLS_part=40`,
	"_HLS_msn=99999999999999999999",
])("%s is a bad request", async (query) => {
	const { play, get } = await stage();
	play(3.2);
	expect(await get(`/live/a/video.m3u8?${query}`)).toMatchObject({ status: 400 });
});

test("a hinted part waits until it is whole, the one behind it is not there", async () => {
	const { play, get, showings } = await stage();
	play(3.2);
	expect((await get(`/live/a/video-${at(1)}.3.m4s`)).status).toBe(404);
	const hinted = get(`/live/a/video-${at(1)}.2.m4s`);
	await expect.poll(() => showings.waiting).toBe(1);
	play(3.8);
	const { status, body, headers } = await hinted;
	expect(status).toBe(200);
	expect(body.includes("moof")).toBe(true);
	expect(headers).toMatchObject({ "cache-control": "public, max-age=86400, immutable", "content-type": "video/mp4" });
});

test("a growing segment is sent part by part, and has the same bytes later", async () => {
	const { play, get, showings } = await stage();
	play(3.2);
	const growing = get(`/live/a/video-${at(1)}.m4s`);
	await expect.poll(() => showings.waiting).toBe(1);
	play(5);
	const { headers, body } = await growing;
	expect(headers["transfer-encoding"]).toBe("chunked");
	const later = await get(`/live/a/video-${at(1)}.m4s`);
	expect(later.headers["content-length"]).toBe(`${body.length}`);
	expect(later.body.equals(body)).toBe(true);
});

test("ranges, conditions, HEAD and compression", async () => {
	const { play, get } = await stage();
	play(5);
	const path = `/live/a/video-${at(0)}.m4s`;
	const { body, headers } = await get(path);
	const range = await get(path, { range: "bytes=10-19" });
	expect(range).toMatchObject({ status: 206, headers: { "content-range": `bytes 10-19/${body.length}` } });
	expect(range.body.equals(body.subarray(10, 20))).toBe(true);
	expect((await get(path, { range: "bytes=-5" })).body.equals(body.subarray(-5))).toBe(true);
	expect((await get(path, { range: `bytes=${body.length}-` })).status).toBe(416);
	expect((await get(path, { "if-none-match": headers.etag ?? "" })).status).toBe(304);
	expect(await get(path, {}, "HEAD")).toMatchObject({
		status: 200,
		headers: { "content-length": `${body.length}` },
		text: "",
	});
	const plain = await get("/live/a/video.m3u8");
	const zipped = await get("/live/a/video.m3u8", { "accept-encoding": "gzip" });
	expect(zipped.headers).toMatchObject({
		"content-encoding": "gzip",
		"cache-control": "no-cache",
		vary: "Accept-Encoding",
	});
	expect(gunzipSync(zipped.body).toString()).toBe(plain.text);
	expect((await get("/live/a/video.m3u8", { "if-none-match": plain.headers.etag ?? "" })).status).toBe(304);
});

test("a manifest names segments that are there, and the time is UTC", async () => {
	const { play, get } = await stage();
	play(5);
	const { text, headers } = await get("/live/a/manifest.mpd");
	expect(headers["content-type"]).toBe("application/dash+xml");
	const number = /startNumber="(\d+)"/.exec(text)?.[1];
	const init = /initialization="(video[^"]+)"/.exec(text)?.[1];
	expect((await get(`/live/a/video-${number}.m4s`)).status).toBe(200);
	expect((await get(`/live/a/${init}`)).body.includes("moov")).toBe(true);
	expect(new Date((await get("/live/a/time")).text).getTime()).toBeGreaterThan(1_700_000_000_000);
});

test.for([
	"/live/a/..%2f..%2fetc",
	"/live/../a",
	"/live/a/video-1.m4s%00",
	"/live/a/video-99999999999999.m4s",
	`/live/a/video-${NUMBER + 1000}.m4s`,
	`/live/a/video-${NUMBER - 1}.m4s`,
	`/live/a/video-${NUMBER}.99.m4s`,
	"/live/a/video-init-nothing.mp4",
	"/..%2f/a/index.m3u8",
	"/live/a/b/c/video-1.m4s",
])("nothing is at %s", async (path) => {
	const { play, get } = await stage();
	play(5);
	const { status, text } = await get(path);
	expect([status, JSON.parse(text)]).toEqual([404, { error: expect.stringMatching(/^there is n/) }]);
});

test("a path of 10 KB and one that is none are refused in a sentence", async () => {
	const { get } = await stage();
	const long = await get(`/live/a/${"x".repeat(10_000)}`);
	expect([long.status, long.text]).toEqual([414, '{"error":"the path is too long"}']);
	const malformed = await get("/live/a/%zz");
	expect([malformed.status, malformed.text]).toEqual([400, '{"error":"the path is malformed"}']);
});

test("many requests are one session, which can be ended", async () => {
	const { play, get, access } = await stage();
	play(5);
	const viewer = { "user-agent": "player/1" };
	for (let i = 0; i < 5; i++) await get("/live/a/video.m3u8", viewer);
	await get("/live/a/video.m3u8", { "user-agent": "player/2" });
	const { sessions } = access.sessions.list({}, 10);
	expect(sessions.map(({ agent, protocol }) => [agent, protocol])).toEqual([
		["player/1", "hls"],
		["player/2", "hls"],
	]);
	expect(sessions[0]?.bytesOut).toBeGreaterThan(1000);
	access.sessions.end(sessions[0]?.id ?? "", "ended by the operator");
	const refused = await get("/live/a/video.m3u8", viewer);
	expect(refused).toMatchObject({ status: 403 });
	expect(JSON.parse(refused.text)).toEqual({ error: "ended by the operator" });
});

test("blocked requests are all answered by the part they wait for", async () => {
	const { play, get, showings } = await stage();
	play(3.2);
	const blocked = Array.from({ length: 100 }, () => get(`/live/a/video.m3u8?_HLS_msn=${at(1)}&_HLS_part=2`));
	await expect.poll(() => showings.waiting).toBe(100);
	play(3.8);
	const answers = await Promise.all(blocked);
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
	expect(showings.waiting).toBe(0);
});
