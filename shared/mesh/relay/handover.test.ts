import { beforeEach, expect, test } from "vitest";
import { ManualClock } from "#shared/base/clock";
import type { Feed, FeedState } from "#shared/media/splice";
import { Handover } from "./handover.ts";

type TestFeed = { -readonly [K in keyof Feed]: Feed[K] };
const feedIn = (state: FeedState): TestFeed => ({
	id: state,
	state,
	push() {},
	close() {},
});

let clock: ManualClock;
let handover: Handover;
let closed: string[];
let old: TestFeed;

beforeEach(() => {
	clock = new ManualClock();
	handover = new Handover(clock);
	closed = [];
	old = feedIn("leading");
	handover.opened(old);
});

const leave = (feed: Feed, isOver = false): void => handover.leave(feed, isOver, () => closed.push(feed.id));

test("a feed nobody can stand in for leaves at once: there is nothing to wait for", () => {
	leave(old);
	expect(closed).toEqual(["leading"]);
});

test.for(["aligned", "leading"] as const)("a feed leaves at once where another is %s", (state) => {
	handover.opened(feedIn(state));
	leave(old);
	expect(closed).toEqual(["leading"]);
});

test("a feed stays until the newcomer is recognised", () => {
	const newcomer = feedIn("probing");
	handover.opened(newcomer);
	leave(old);
	handover.noted();
	expect(closed).toEqual([]);
	newcomer.state = "aligned";
	handover.noted();
	handover.noted();
	expect(closed).toEqual(["leading"]);
});

test("a newcomer that turns out a stranger is not waited for, and no newcomer longer than a second", () => {
	const newcomer = feedIn("probing");
	handover.opened(newcomer);
	leave(old);
	clock.advance(999);
	expect(closed).toEqual([]);
	clock.advance(1);
	expect(closed).toEqual(["leading"]);
	const other = feedIn("aligned");
	handover.opened(other);
	leave(other);
	newcomer.state = "unrelated";
	handover.noted();
	expect(closed).toEqual(["leading", "aligned"]);
});

test("a feed that is lost leaves at once, also while it stays for another", () => {
	handover.opened(feedIn("probing"));
	leave(old, true);
	expect(closed).toEqual(["leading"]);
	const second = feedIn("aligned");
	handover.opened(second);
	leave(second);
	expect(closed).toEqual(["leading"]);
	handover.lost(second);
	expect(closed).toEqual(["leading", "aligned"]);
});

test("the end of the stream ends the waiting", () => {
	handover.opened(feedIn("probing"));
	leave(old);
	handover.end();
	clock.advance(5_000);
	expect(closed).toEqual(["leading"]);
});
