/**
 * Prints `docs/supported-ops.md` from the tables of the tracer: `npx tsx scripts/supportedOps.ts >
 * docs/supported-ops.md`.
 */
import { pathToFileURL } from "node:url";
import { rules } from "../src/autodiff/derivatives/rules/table.ts";
import { lowerings } from "../src/autodiff/trace/lowerings/table.ts";
import { refusals } from "../src/autodiff/trace/refusals.ts";
import { kernelNotes } from "./kernelNotes.ts";

const kinds = {
  source: "has no operand",
  flat: "piecewise constant, derivative 0",
  elementwise: "partial derivatives entry by entry",
  choice: "the derivative of the chosen operand",
  linear: "the primitive itself, with its adjoint",
  bilinear: "linear in each operand",
  weightedSum: "a weighted sum of the operand's derivatives",
} as const;

export function supportedOpsPage(): string {
  const kernels = [...lowerings.keys()].map((kernel) => {
    const { functions, note = "" } = kernelNotes[kernel as keyof typeof kernelNotes];
    return `| \`${kernel}\` | ${functions} | ${note} |`;
  });
  const primitives = Object.entries(kinds).map(([kind, meaning]) => {
    const ops = Object.entries(rules).flatMap(([op, rule]) => (rule.kind === kind ? [`\`${op}\``] : []));
    return `| ${ops.join(", ")} | ${meaning} |`;
  });
  const refused = Object.entries(refusals).map(
    ([kernel, { reason, remedy }]) => `| \`${kernel}\` | ${reason} | ${remedy} |`,
  );
  return [
    "# Operations that a loss may use",
    "",
    "A loss is traced once, kernel by kernel, and rewritten in the primitives at the end of this page. Value, gradient and",
    "Hessian- or Jacobian-vector products are exact in float64. A function of TensorFlow.js that calls other functions",
    "(`tf.losses.*`, `tf.moments`, `tf.norm`, `tf.linalg.qr`, `tf.linalg.gramSchmidt`, `tf.linalg.bandPart`,",
    "`tf.basicLSTMCell`, layers) is supported if the functions that it calls are. `tf.grad`, `tf.grads`,",
    "`tf.valueAndGrads` and `tf.variableGrads` inside a loss use the exact derivatives of this page. Any other operation is",
    "refused when the loss is traced, with its name, its line, the reason, and what to do.",
    "",
    "At a kink the derivative is one-sided, by TensorFlow.js's own convention. The exception is a maximum whose entries",
    "tie: they share the derivative.",
    "",
    "This page is made from the tables in `src/autodiff` by `npx tsx scripts/supportedOps.ts > docs/supported-ops.md`.",
    "",
    `## Supported: ${kernels.length} kernels`,
    "",
    "| kernel | called by tf. | kinks, ties, limits |",
    "| --- | --- | --- |",
    ...kernels,
    "",
    "## Refused",
    "",
    "| kernel | reason | instead |",
    "| --- | --- | --- |",
    ...refused,
    "",
    "Labels, indices and masks that change from batch to batch must be data: use",
    '`data("labels", values, [n], "int32")` for `tf.oneHot`, `tf.gather` and similar operations, and',
    '`data("mask", values, [n], "bool")` for `tf.where`.',
    "",
    "A loss may not do the following either: read values while it is traced, use unseeded random numbers, make or assign",
    "variables, return promises, trace another loss, use a `tf.customGrad` of your own, or use trainable variables that are",
    "not parameters (`docs/errors.md`, codes `ERR_TRACE_*`). Batch normalisation in training mode is possible in",
    "`modelObjective`, which leaves its moving averages unchanged.",
    "",
    "## Primitives and their derivatives",
    "",
    "| primitives | derivative |",
    "| --- | --- |",
    ...primitives,
    "",
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.stdout.write(supportedOpsPage());
