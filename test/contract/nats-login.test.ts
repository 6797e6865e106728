import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import { describe, expect, test } from "vitest";
import { ConfigError } from "#shared/base/errors";
import { startNatsServer } from "../support/nats-server.ts";
import { hasState, knows, stream } from "./directory.ts";
import { joinNats, natsPlane } from "./directory-planes.ts";

describe("logging in", () => {
	test.for([
		{ how: "user and password", args: ["--user", "u", "--pass", "p"], login: { user: "u", password: "p" } },
		{ how: "token", args: ["--auth", "secret"], login: { token: "secret" } },
	])("with $how; a wrong one is said once and waited out", async ({ args, login }) => {
		await using plane = await natsPlane(login, { args });
		const edge = plane.open("edge-1");
		await hasState(edge).toBe("live");
		const stranger = joinNats({ servers: [plane.server.url], user: "nobody", password: "" }, "edge-2");
		try {
			await expect.poll(() => stranger.warned, { timeout: 5_000 }).toHaveLength(1);
			expect(stranger.warned[0]).toContain("answers but refuses this node");
			expect(stranger.directory.state).toBe("connecting");
		} finally {
			await stranger.directory[Symbol.asyncDispose]();
		}
	});

	test("with an nkey", async () => {
		await using dir = await tempDir();
		const user = nkeys.createUser();
		const config = join(dir.path, "nats.conf");
		await writeFile(config, `authorization: { users: [ { nkey: ${user.getPublicKey()} } ] }`);
		const nkeySeed = new TextDecoder().decode(user.getSeed());
		await using plane = await natsPlane({ nkeySeed }, { args: ["-c", config] });
		const edge = plane.open("edge-1");
		await hasState(edge).toBe("live");
	});

	test("over TLS, and only to a server of our own authority", async () => {
		await using dir = await tempDir();
		const { ca, cert, certKey } = certificates(dir.path);
		const args = ["--tls", "--tlscert", cert, "--tlskey", certKey];
		await using plane = await natsPlane({ tls: { caFile: ca } }, { args });
		const edge = plane.open("edge-1");
		const origin = plane.open("origin-1");
		origin.directory.announce(stream("a", "origin-1"));
		await knows(edge, "origin-1", ["a"]);
		const stranger = joinNats({ servers: [plane.server.url.replace("nats:", "tls:")] }, "edge-2");
		try {
			await expect.poll(() => stranger.warned, { timeout: 5_000 }).toHaveLength(1);
			expect(stranger.directory.state).toBe("connecting");
		} finally {
			await stranger.directory[Symbol.asyncDispose]();
		}
	});

	test("a server without TLS is not talked to where TLS is asked for", async () => {
		await using server = await startNatsServer();
		const edge = joinNats({ servers: [server.url.replace("nats:", "tls:")] }, "edge-1");
		try {
			await expect.poll(() => edge.warned, { timeout: 5_000 }).toHaveLength(1);
			expect(edge.directory.state).toBe("connecting");
		} finally {
			await edge.directory[Symbol.asyncDispose]();
		}
	});

	test.for([
		{ what: "no server", nats: { servers: [] } },
		{ what: "a CA file that is not there", nats: { servers: ["tls://127.0.0.1:1"], tls: { caFile: "/nowhere/ca" } } },
		{ what: "credentials that are not there", nats: { servers: ["nats://127.0.0.1:1"], credsFile: "/nowhere/creds" } },
		{ what: "a bad nkey seed", nats: { servers: ["nats://127.0.0.1:1"], nkeySeed: "SU-not" } },
		{ what: "a server address that is none", nats: { servers: ["nats://:::"] } },
	])("$what stops the start", ({ nats }) => {
		expect(() => joinNats(nats, "edge-1")).toThrow(ConfigError);
	});
});

async function tempDir() {
	const path = await mkdtemp(join(tmpdir(), "millrace-tls-"));
	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A certificate authority of our own and a server certificate for 127.0.0.1 by it. */
function certificates(dir: string) {
	const file = (name: string) => join(dir, name);
	const openssl = (line: string) => execFileSync("openssl", line.split(" "), { cwd: dir, stdio: "pipe" });
	const fresh = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
	openssl(`${fresh} -x509 -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem`);
	openssl(`${fresh} -subj /CN=127.0.0.1 -keyout server.key -out server.csr`);
	execFileSync("sh", ["-c", 'printf "subjectAltName=IP:127.0.0.1" > san.ext'], { cwd: dir });
	openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san.ext -out server.pem");
	return { ca: file("ca.pem"), cert: file("server.pem"), certKey: file("server.key") };
}
