import type { Lowering } from "../kernelCall.ts";

/** Lowerings of operations that make tensors from numbers alone. */
export const creationLowerings = {
  Fill: (call) => ({ node: call.fill(call.number("value"), call.numbers("shape")), dtype: call.dtype() }),
  Range: (call) => {
    const start = call.number("start");
    const stop = call.number("stop");
    const step = call.number("step", 1);
    const count = start === stop || start < stop !== step > 0 ? 0 : Math.ceil(Math.abs((stop - start) / step));
    const values = Float64Array.from({ length: count }, (_, i) => start + i * step);
    return { node: call.builder.constant(values, [count]), dtype: call.dtype() };
  },
  LinSpace: (call) => {
    const start = call.number("start");
    const stop = call.number("stop");
    const count = call.number("num");
    const values = Float64Array.from({ length: count }, (_, i) =>
      i === count - 1 && count > 1 ? stop : start + (count > 1 ? (i * (stop - start)) / (count - 1) : 0),
    );
    return { node: call.builder.constant(values, [count]), dtype: "float32" };
  },
} satisfies Readonly<Record<string, Lowering>>;
