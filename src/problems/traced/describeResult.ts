import { isTensor } from "../../autodiff/trace/trace.ts";

/** Says in a few words what a function returned. */
export function describeResult(result: unknown): string {
  if (result === undefined || result === null) return String(result);
  if (isTensor(result)) return `a tensor of shape [${result.shape.join(", ")}]`;
  if (Array.isArray(result)) return `[${result.map(describeResult).join(", ")}]`;
  return `a ${typeof result}`;
}
