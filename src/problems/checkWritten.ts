import { failure } from "../errors.ts";

/**
 * Refuses a field that leaves out entries of its output, or adds to them; in a run the array for F may hold anything.
 *
 * @param out F(z), written into an array of NaN
 * @param evaluate function that writes F(z) once more
 * @throws ERR_LOSS for such a field
 */
export function checkWritten(name: string, out: Float64Array, evaluate: (again: Float64Array) => unknown): void {
  if (!hasNaN(out)) return;
  const fromZero = new Float64Array(out.length);
  evaluate(fromZero);
  const bad = out.findIndex((value, i) => Number.isNaN(value) && !Number.isNaN(fromZero[i]));
  if (bad < 0) return;
  throw failure(
    "ERR_LOSS",
    `${name}: expected the field to write every entry of its second argument, but it leaves out, or adds to, ` +
      `entry ${bad}; assign every entry`,
  );
}

// A loop is eight times faster than `some`, and a run of a million unknowns begins with it.
function hasNaN(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}
