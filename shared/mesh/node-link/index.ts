export * from "./node-link.ts";
export * from "./resume-request.ts";
