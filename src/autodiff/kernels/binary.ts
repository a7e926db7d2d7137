import type { Node } from "../graph/graph.ts";
import type { BinaryOp } from "../graph/operations.ts";
import { type Kernel, type Operand, operandAt, stridesIn, type Walk, walk } from "./kernel.ts";
import { scalarFunctions } from "./scalars.ts";

/** A loop over runs. It makes entry k of the result from a[i] and b[j]. */
type Loop = (a: Float64Array, b: Float64Array, out: Float64Array, { outer, inner, arrays }: Walk) => () => void;

const kernel =
  (loop: Loop): Kernel<BinaryOp> =>
  (node, operands, out) => {
    const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
    return loop(a.values, b.values, out, runs(node, [a, b]));
  };

function runs(node: Node, operands: readonly Operand[]): Walk {
  return walk(
    node.shape,
    operands.map(({ source }) => stridesIn(source, node.shape)),
  );
}

// The four loops that matter most are written out, so that the engine compiles each for itself.

const add: Loop = (a, b, out, { outer, inner, arrays }) => {
  const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q) out[k++] = a[i]! + b[j]!;
    }
  };
};

const sub: Loop = (a, b, out, { outer, inner, arrays }) => {
  const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q) out[k++] = a[i]! - b[j]!;
    }
  };
};

const mul: Loop = (a, b, out, { outer, inner, arrays }) => {
  const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q) out[k++] = a[i]! * b[j]!;
    }
  };
};

const div: Loop = (a, b, out, { outer, inner, arrays }) => {
  const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q) out[k++] = a[i]! / b[j]!;
    }
  };
};

const map =
  (f: (x: number, y: number) => number): Loop =>
  (a, b, out, { outer, inner, arrays }) => {
    const [{ starts: as, step: p }, { starts: bs, step: q }] = both(arrays);
    return () => {
      for (let run = 0, k = 0; run < outer; run++) {
        for (let n = 0, i = as[run]!, j = bs[run]!; n < inner; n++, i += p, j += q) out[k++] = f(a[i]!, b[j]!);
      }
    };
  };

function both<T>([first, second]: readonly T[]): readonly [T, T] {
  if (first === undefined || second === undefined) throw new Error("internal: kernel: two operands are needed");
  return [first, second];
}

/** Kernels of functions of two operands, which may repeat. */
export const binaryKernels: { readonly [K in BinaryOp]: Kernel<K> } = {
  add: kernel(add),
  sub: kernel(sub),
  mul: kernel(mul),
  div: kernel(div),
  pow: kernel(map(scalarFunctions.pow)),
  atan2: kernel(map(scalarFunctions.atan2)),
  max: kernel(map(scalarFunctions.max)),
  min: kernel(map(scalarFunctions.min)),
  less: kernel(map(scalarFunctions.less)),
  lessEqual: kernel(map(scalarFunctions.lessEqual)),
  equal: kernel(map(scalarFunctions.equal)),
};

/** Kernel of `select`, whose three operands may repeat. */
export const selectKernel: Kernel<"select"> = (node, operands, out) => {
  const [c, a, b] = [operandAt(operands, 0).values, operandAt(operands, 1).values, operandAt(operands, 2).values];
  const { outer, inner, arrays } = runs(node, operands);
  const [{ starts: cs, step: s }, { starts: as, step: p }] = both(arrays);
  const { starts: bs, step: q } = arrays[2]!;
  return () => {
    for (let run = 0, k = 0; run < outer; run++) {
      let [h, i, j] = [cs[run]!, as[run]!, bs[run]!];
      for (let n = 0; n < inner; n++, h += s, i += p, j += q) out[k++] = c[h] !== 0 ? a[i]! : b[j]!;
    }
  };
};
