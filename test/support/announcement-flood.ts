import { openFakeBus } from "./fake-bus.ts";
import { FakeNode, fakeStream } from "./fake-node.ts";

/** Run as a program: `NATS-URL NODES STREAMS`. So many origins of so many streams each are there; a message makes them speak. */
const [url = "", nodes, length] = process.argv.slice(2);
const bus = await openFakeBus(url);
const fakes = Array.from({ length: Number(nodes) }, (_, number) => {
	const id = `fake-${number}`;
	const slice = (from: number, to: number) =>
		Array.from({ length: Math.min(to, Number(length)) - from }, (_, at) => fakeStream(`live/${id}-${from + at}`, id));
	return new FakeNode(bus, { id }, { length: Number(length), slice });
});
const speak = () => {
	for (const fake of fakes) fake.alive();
};
process.once("message", () => {
	speak();
	setInterval(speak, 1_000);
});
process.send?.("ready");
