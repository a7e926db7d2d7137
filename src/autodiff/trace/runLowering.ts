import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import { isFluxionError } from "../../errors.ts";
import { showShape } from "../graph/shapes.ts";
import { KernelCall, type Lowering } from "./kernelCall.ts";
import { lowerings } from "./lowerings/table.ts";
import { refusalOf } from "./refusals.ts";
import type { Session, Traced } from "./session.ts";

/** Records one kernel call and returns tensors for its outputs. */
export function runLowering(
  session: Session,
  name: string,
  inputs: Readonly<Record<string, TensorInfo | null | undefined>> | readonly TensorInfo[],
  attributes: Readonly<Record<string, unknown>>,
): Tensor | Tensor[] {
  const call = new KernelCall(session, name, inputs, attributes);
  const lowering = lowerings.get(name);
  if (lowering === undefined) {
    const { reason, remedy } = refusalOf(name);
    throw call.refuse(`uses ${session.op ?? name}, which ${reason}`, remedy);
  }
  const outputs = lowered(lowering, call);
  const sources = session.sourcesOf(Object.values(inputs));
  const tensor = (output: Traced): Tensor => session.tensor(sources === undefined ? output : { ...output, sources });
  return isOne(outputs) ? tensor(outputs) : outputs.map(tensor);
}

/**
 * Lowers a call. Shapes that the primitives refuse are the caller's mistake, which TensorFlow.js leaves to its backends
 * to find.
 */
function lowered(lowering: Lowering, call: KernelCall): Traced | readonly Traced[] {
  try {
    return lowering(call);
  } catch (error) {
    if (isFluxionError(error)) throw error;
    const shapes = call.inputs.map(({ node }) => showShape(node.shape)).join(", ");
    const reason = error instanceof Error ? error.message.replace("internal: ", "") : String(error);
    throw call.refuseShape(
      `calls ${call.session.op ?? call.name} with shapes ${shapes} that do not fit (${reason})`,
      "check the shapes",
    );
  }
}

function isOne(outputs: Traced | readonly Traced[]): outputs is Traced {
  return !Array.isArray(outputs);
}
