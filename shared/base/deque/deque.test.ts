import { expect, test } from "vitest";
import { Deque } from "./deque.ts";

test("items leave in the order they came, and their places count from the oldest", () => {
	const deque = new Deque<number>();
	for (let item = 0; item < 300; item++) deque.push(item);
	for (let item = 0; item < 250; item++) expect(deque.shift()).toBe(item);
	expect([deque.length, deque.at(0), deque.at(49), deque.at(50), deque.at(-1)]).toEqual([
		50,
		250,
		299,
		undefined,
		undefined,
	]);
	expect([...deque]).toEqual(Array.from({ length: 50 }, (_, place) => 250 + place));
	while (deque.length > 0) deque.shift();
	expect([deque.shift(), deque.at(0)]).toEqual([undefined, undefined]);
});
