import { expect, test } from "vitest";
import { Registrations } from "./registrations.ts";

function setUp() {
	const registrations = new Registrations();
	const sent: string[] = [];
	const ask = (id: string, streams: number) => registrations.ask(id, streams, () => void sent.push(id));
	return { registrations, sent, ask };
}

test("few streams are asked for at once, and nodes with few of them do not wait behind others", () => {
	const { registrations, sent, ask } = setUp();
	ask("a", 30_000);
	ask("b", 20_000);
	ask("c", 15_000);
	ask("d", 10);
	expect(sent).toEqual(["a", "d"]);
	registrations.over("a");
	expect(sent).toEqual(["a", "d", "c", "b"]);
});

test("a node larger than the bound is asked alone", () => {
	const { registrations, sent, ask } = setUp();
	ask("a", 50_000);
	ask("b", 50_000);
	expect(sent).toEqual(["a"]);
	registrations.over("a");
	expect(sent).toEqual(["a", "b"]);
});

test("who asks again takes no second place, and who gives up while waiting is not asked", () => {
	const { registrations, sent, ask } = setUp();
	for (let round = 0; round < 10; round++) ask("a", 30_000);
	ask("b", 30_000);
	registrations.over("b");
	registrations.over("a");
	expect(sent).toEqual(Array.from({ length: 10 }, () => "a"));
});

test("when the control plane was away all ask anew, within the bound", () => {
	const { registrations, sent, ask } = setUp();
	const ids = Array.from({ length: 50 }, (_, at) => `n${at}`);
	for (const id of ids) ask(id, 20_000);
	registrations.reset();
	for (const id of ids) ask(id, 20_000);
	expect(sent).toEqual(["n0", "n0"]);
});
