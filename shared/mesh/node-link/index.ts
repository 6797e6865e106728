export * from "./node-link.ts";
export * from "./resume-request.ts";
export * from "./segment-message.ts";
