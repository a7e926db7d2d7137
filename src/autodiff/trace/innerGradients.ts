import type { Tensor } from "@tensorflow/tfjs-core";
import { gradient } from "../derivatives/differentiate.ts";
import type { Node } from "../graph/graph.ts";
import { Arithmetic } from "./arithmetic.ts";
import type { Session, Traced } from "./session.ts";
import { substitute } from "./substitute.ts";

/**
 * Computes tf.grad, tf.grads and tf.valueAndGrads inside a traced function, by our own reverse mode.
 *
 * While f runs, each x is a fresh input, so that what was computed from x before counts as constant, as on the tape of
 * TensorFlow.js. Afterwards the input is replaced by what x was.
 */
export function innerGradients(
  session: Session,
  f: () => Tensor,
  xs: readonly Tensor[],
  dy: Tensor | undefined,
): { value: Tensor; grads: (Tensor | undefined)[] } {
  const { builder } = session;
  const before = new Map<object, Traced>();
  const places = new Map<object, Node>();
  for (const x of xs) {
    const traced = session.resolve(x);
    const key = session.keyOf(x);
    before.set(key, traced);
    if (!places.has(key)) places.set(key, session.placeholder(traced.node.shape));
  }
  const cotangent = dy && session.resolve(dy).node;
  const handles = session.handleCount;
  let value: Tensor;
  let output: Traced;
  try {
    for (const [key, node] of places) {
      const { dtype, sources = [] } = before.get(key)!;
      session.bind(key, { node, dtype, sources: new Set([node, ...sources]) });
    }
    value = f();
    output = session.resolve(value);
  } finally {
    for (const [key, traced] of before) session.bind(key, traced);
  }
  const m = new Arithmetic(builder);
  const weighted = cotangent === undefined ? output.node : m.mul(output.node, cotangent);
  const total = builder.sum(
    weighted,
    weighted.shape.map((_, axis) => axis),
  );
  const wanted = [...places.values()];
  const found = gradient(builder, total, wanted);
  const original = new Map([...places].map(([key, node]) => [node, before.get(key)!.node]));
  const results = substitute(builder, found, original);
  const gradients = new Map([...places.keys()].map((key, i) => [key, results[i]!]));
  // Tensors that f left in its own variables, and its value, are rewritten in terms of what x was.
  const left = session.handlesSince(handles);
  const replaced = substitute(
    builder,
    left.map(([, traced]) => traced.node),
    original,
  );
  const outer = (sources: Iterable<Node> = []): ReadonlySet<Node> =>
    new Set(
      [...sources, ...[...before.values()].flatMap((traced) => [...(traced.sources ?? [])])].filter(
        (node) => !original.has(node),
      ),
    );
  for (const [i, [key, { dtype, sources }]] of left.entries()) {
    session.bind(key, { node: replaced[i]!, dtype, sources: outer(sources) });
  }
  return {
    value,
    // undefined lets TensorFlow.js refuse an x from which the value was not computed.
    grads: xs.map((x) => {
      const key = session.keyOf(x);
      if (!output.sources?.has(places.get(key)!)) return undefined;
      return session.tensor({ node: gradients.get(key)!, dtype: "float32", sources: outer(output.sources) });
    }),
  };
}
