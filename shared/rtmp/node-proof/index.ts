export * from "./node-proof.ts";
