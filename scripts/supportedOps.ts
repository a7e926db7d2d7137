/** Prints `docs/supported-ops.md` from the tables of the tracer: `npx tsx scripts/supportedOps.ts > docs/supported-ops.md`. */
import { pathToFileURL } from "node:url";
import { rules } from "../src/autodiff/derivatives/rules/table.ts";
import { lowerings } from "../src/autodiff/trace/lowerings/table.ts";
import { refusals } from "../src/autodiff/trace/refusals.ts";
import { kernelNotes } from "./kernelNotes.ts";

const kinds = {
  source: "has no operand",
  flat: "piecewise constant, derivative 0",
  elementwise: "partial derivatives entry by entry",
  choice: "the derivative of the operand that was chosen",
  linear: "itself, with its adjoint",
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
    "# What a loss may be made of",
    "",
    "A loss is traced once, kernel by kernel, and written in the primitives at the end of this page; value, gradient and",
    "Hessian- or Jacobian-vector products are exact in float64. Functions of TensorFlow.js that call other functions",
    "(`tf.losses.*`, `tf.moments`, `tf.norm`, `tf.linalg.qr`, `tf.linalg.gramSchmidt`, `tf.linalg.bandPart`,",
    "`tf.basicLSTMCell`, layers) are supported as far as what they call is. `tf.grad`, `tf.grads`, `tf.valueAndGrads` and",
    "`tf.variableGrads` inside a loss use the exact derivatives of this page. What is not here is refused when the loss is",
    "traced, with the operation, the line, the reason and what to do.",
    "",
    "At a kink the derivative is one-sided, TensorFlow.js's own convention, except where entries of a maximum tie: they",
    "share the derivative.",
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
    'Labels, indices and masks that change from batch to batch are data: `data("labels", values, [n], "int32")` for',
    '`tf.oneHot`, `tf.gather` and their kin, `data("mask", values, [n], "bool")` for `tf.where`.',
    "",
    "Besides: reading values while tracing, unseeded random numbers, making or assigning variables, promises, nested traces,",
    "a `tf.customGrad` of your own, trainable variables that are no parameters (`docs/errors.md`, codes `ERR_TRACE_*`).",
    "Batch normalisation in training mode is possible in `modelObjective`, where it leaves its moving averages as they are.",
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
