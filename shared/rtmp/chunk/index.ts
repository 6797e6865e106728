export * from "./message-budget.ts";
export * from "./raw-message.ts";
export * from "./reader.ts";
export * from "./writer.ts";
