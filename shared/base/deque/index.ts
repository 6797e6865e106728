export * from "./deque.ts";
