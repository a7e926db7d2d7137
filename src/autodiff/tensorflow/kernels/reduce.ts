import { sizeOf } from "../../graph/graph.ts";
import { flag, int32, int64, type Session, type Tensor, typeOf } from "../session.ts";
import { equalAttributes, numbersOf } from "./elementwise.ts";
import type { Kernel } from "./kernel.ts";

const index = typeOf("Tidx", int32);

/** Reduces over some axes. */
export function reduced(
  session: Session,
  name: "Sum" | "Max",
  x: Tensor,
  axes: readonly number[],
  keep = false,
): Tensor {
  return session.op(name, [...session.typed, index, flag("keep_dims", keep)], [x, session.vector(axes)]);
}

const reduction =
  (name: "Sum" | "Max"): Kernel<"sum" | "reduceMax"> =>
  ({ inputs, attributes: { axes } }, { session }) => {
    const attributes = [...session.typed, index, flag("keep_dims", false)];
    const along = session.vector(axes);
    return { operands: inputs, make: ([x]) => session.op(name, attributes, [x!, along]) };
  };

export const sumKernel: Kernel<"sum"> = reduction("Sum");
export const reduceMaxKernel: Kernel<"reduceMax"> = reduction("Max");

/** m + log1p(sum of e^(x - m)) for the largest number m, where the sum leaves out one number that equals m. */
export const logSumExpKernel: Kernel<"logSumExp"> = ({ inputs, attributes: { axes }, shape }, { session }) => ({
  operands: inputs,
  make([x]) {
    const made: Tensor[] = [];
    const with_ = (tensor: Tensor): Tensor => {
      made.push(tensor);
      return tensor;
    };
    const largest = with_(reduced(session, "Max", x!, axes, true));
    const powers = with_(session.plain("Exp", with_(session.plain("Sub", x!, largest))));
    const isLargest = with_(session.op("Equal", equalAttributes(session), [x!, largest]));
    const ones = with_(numbersOf(session, isLargest));
    // The largest ones are e^0 = 1 exactly, so that this leaves the sum of the others.
    const others = with_(reduced(session, "Sum", with_(session.plain("Sub", powers, ones)), axes));
    const ties = with_(session.plain("Sub", with_(reduced(session, "Sum", ones, axes)), session.scalar(1)));
    const rest = with_(session.plain("Log1p", with_(session.plain("AddV2", others, ties))));
    const size = session.vector(shape);
    const flat = with_(session.op("Reshape", [...session.typed, typeOf("Tshape", int32)], [largest, size]));
    // An infinity or NaN is the result itself.
    const finite = with_(session.plain("IsFinite", flat));
    const sum = with_(session.plain("AddV2", flat, rest));
    const result = session.plain("SelectV2", finite, sum, flat);
    for (const each of made) session.free(each);
    return result;
  },
});

export const argMaxKernel: Kernel<"argMax"> = ({ inputs, attributes: { axis } }, { session }) => ({
  operands: inputs,
  make([x]) {
    const found = session.op(
      "ArgMax",
      [...session.typed, index, typeOf("output_type", int64)],
      [x!, session.integer(axis)],
    );
    const attributes = [typeOf("SrcT", int64), typeOf("DstT", session.type), flag("Truncate", false)];
    const made = session.op("Cast", attributes, [found]);
    session.free(found);
    return made;
  },
});

export const cumsumKernel: Kernel<"cumsum"> = ({ inputs, attributes, shape }, { session }) => {
  const { axis, exclusive, reverse } = attributes;
  const told = [flag("exclusive", exclusive), flag("reverse", reverse), ...session.typed, index];
  const name = sizeOf(shape) === 0 ? "Identity" : "Cumsum";
  return name === "Identity"
    ? { operands: inputs, make: ([x]) => session.plain(name, x!) }
    : { operands: inputs, make: ([x]) => session.op(name, told, [x!, session.integer(axis)]) };
};
