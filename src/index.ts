/** What most programs need; each room has more (`fluxion/operators`, `fluxion/linalg`, ...). */
export { experiment } from "./experiments/index.ts";
export * from "./operators/index.ts";
export * from "./problems/index.ts";
export * from "./sinks/index.ts";
export * from "./streams/index.ts";
