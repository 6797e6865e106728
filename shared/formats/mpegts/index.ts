export * from "./misfit.ts";
export { BEGINNING, leadIn, type MuxState, mux } from "./mux.ts";
