import { createRequire } from "node:module";
import { loopShape } from "../../src/autodiff/float64/emit/loopShape.ts";
import type { LoopStep, LoopValue } from "../../src/autodiff/float64/lower/steps.ts";
import type { Buffer, ElementOp } from "../../src/autodiff/float64/lower/values.ts";
import type { NativeKernels } from "../../src/autodiff/float64/native/kernels.ts";
import { describeNative, findNative } from "../../src/autodiff/float64/native/library.ts";
import { nativeTable } from "../../src/autodiff/float64/native/table.ts";

/** The native kernels of this machine; undefined where nobody compiled them, or where there are none. */
export const kernels: NativeKernels | undefined = findNative("");

/** Says why a test of the native kernels does nothing. */
export function skipped(): void {
  const { warning = "unknown" } = describeNative("");
  if (process.env.FLUXION_TEST_NO_SKIP === "1") throw new Error(`no native kernels: ${warning}`);
  console.log(`skipped: no native kernels: ${warning}`);
}

/** The bits of numbers, in which every NaN counts as the same. */
export function bits(numbers: Float64Array): string {
  const same = numbers.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  return Buffer.from(same.buffer).toString("hex");
}

/** The widths of vectors that this processor has. */
export function widths(): readonly number[] {
  const use = chooser();
  const found = [2, 4, 8].filter((width) => use(width) === width);
  use(8);
  return found;
}

/** Computes with vectors of a width, then with the widest again. */
export function withWidth<T>(width: number, run: () => T): T {
  const use = chooser();
  use(width);
  try {
    return run();
  } finally {
    use(8);
  }
}

function chooser(): (most: number) => number {
  const koffi = createRequire(import.meta.url)("koffi") as {
    load(path: string): { func(prototype: string): (most: number) => number };
  };
  return koffi.load(describeNative("").library!).func("int fluxion_use(int most)");
}

/** Runs a loop whose buffers have places in these numbers. The table is written at the end, where there must be room. */
export function runLoop({ loop, addressOf }: NativeKernels, step: LoopStep, numbers: Float64Array): void {
  const table = nativeTable(step, loopShape(step));
  if (table === undefined) throw new Error("the loop has no table");
  const place = numbers.byteLength - 8 * Math.ceil(table.length / 2);
  new Int32Array(numbers.buffer, place, table.length).set(table);
  loop(addressOf(numbers.buffer as ArrayBuffer), place);
}

/** One native function as a function of arrays. */
export function nativeFunction(native: NativeKernels, op: ElementOp): (x: Float64Array) => Float64Array {
  return (x) => {
    const n = x.length;
    const numbers = new Float64Array(2 * n + 100);
    numbers.set(x);
    const buffer = (place: number): Buffer => ({ size: n, level: 0, place: 8 * place });
    const access = (place: number) => ({ buffer: buffer(place), offset: 0, strides: [1] });
    const values: readonly LoopValue[] = [
      { kind: "load", access: access(0) },
      { kind: "operation", op, operands: [0] },
    ];
    runLoop(native, { kind: "loop", shape: [n], values, stores: [{ value: 1, access: access(n) }], sums: [] }, numbers);
    return numbers.slice(n, 2 * n);
  };
}
