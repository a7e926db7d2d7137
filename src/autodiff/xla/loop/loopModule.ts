import type { FieldParts } from "../../fieldParts.ts";
import { type Node, sizeOf } from "../../graph/graph.ts";
import { donatedTo, gatherFlat, type HloModule, ModuleWriter, scatterFlat } from "../hlo/module.ts";
import { HloWriter, type Value } from "../hlo/writer.ts";
import { type LoopMethod, loopRules } from "./rules.ts";

/** What a step reads of a field. */
export type LoopParts = Pick<FieldParts, "parameters" | "data" | "value" | "field">;

/** Number of settings of a method. */
const settingCount = 4;

/**
 * Writes up to `steps` steps of a method as one module. How many it takes is an input, so that the compiler makes the
 * same code of a step whatever their number is.
 *
 * Inputs: the point, the arrays of the state, the settings, the number of steps, then the data, those that are `batched`
 * with one batch for each step along a leading axis. Outputs: the point, the state, then value and squared norm of F at
 * the point of each step.
 */
export function loopModule(
  { parameters, data = [], value, field }: LoopParts,
  method: LoopMethod,
  steps: number,
  batched: readonly boolean[],
  element: "f64" | "f32",
): HloModule {
  const module = new ModuleWriter(element);
  const outer = module.writer;
  const n = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const rule = loopRules[method];
  const lengths = rule.state(n).map(({ length }) => length);
  const carried = [n, ...lengths].map((length, i) => module.input([length], element, donatedTo(i)));
  const settings = module.input([settingCount]);
  const wanted = module.input([], "i32");
  const inputs = data.map(({ shape }, i) => module.input(batched[i] === true ? [steps, ...shape] : shape));

  const begin = [outer.fill(0, [], "i32"), ...carried, outer.fill(0, [steps]), outer.fill(0, [steps])];
  const types = begin.map((x) => outer.typeOf(x)).join(", ");
  const [test, body] = [new HloWriter(element, "t"), new HloWriter(element, "b")];
  const namesIn = (letter: string): readonly Value[] => begin.map((x, i) => ({ ...x, name: `%${letter}_${i}` }));
  const head = (values: readonly Value[]): string =>
    `^bb0(${values.map((x) => `${x.name}: ${outer.typeOf(x)}`).join(", ")}):`;

  const tested = namesIn("test");
  const goesOn = test.compare("LT", tested[0]!, wanted);

  const state = namesIn("body");
  const [step, point] = state as readonly [Value, Value];
  const [values, norms] = state.slice(-2) as [Value, Value];
  const known = new Map<Node, Value>();
  scatterFlat(body, point, parameters, known);
  for (const [i, node] of data.entries()) {
    known.set(node, batched[i] === true ? entryOf(body, inputs[i]!, step) : inputs[i]!);
  }
  const outputs = module.emit([...field, ...(value === undefined ? [] : [value])], known, body);
  const flat = gatherFlat(body, outputs.slice(0, field.length));
  const loss = value === undefined ? body.fill(Number.NaN) : outputs.at(-1)!;
  const norm = body.reduce("add", body.apply("multiply", flat, flat), [0], 0);
  const numbers = Array.from({ length: settingCount }, (_, i) => body.reshape(body.slice(settings, [i], [i + 1]), []));
  const next = rule.step(body, point, flat, state.slice(2, 2 + lengths.length), numbers);
  const after = [
    body.apply("add", step, 1),
    next.point,
    ...next.state,
    updated(body, values, loss, step),
    updated(body, norms, norm, step),
  ];

  const result = `%loop`;
  outer.lines.push(
    `${result}:${begin.length} = "stablehlo.while"(${begin.map(({ name }) => name).join(", ")}) ({\n` +
      `${head(tested)}\n${test.lines.join("\n")}\nstablehlo.return ${goesOn.name} : ${test.typeOf(goesOn)}\n}, {\n` +
      `${head(state)}\n${body.lines.join("\n")}\nstablehlo.return ${after.map(({ name }) => name).join(", ")} : ${types}\n` +
      `}) : (${types}) -> (${types})`,
  );
  return module.finish(begin.slice(1).map((x, i) => ({ ...x, name: `${result}#${i + 1}` })));
}

/** The batch of a step. */
function entryOf(w: HloWriter, all: Value, step: Value): Value {
  const [, ...shape] = all.shape;
  const zero = w.fill(0, [], "i32");
  const starts = [step, ...shape.map(() => zero)];
  const one = { shape: [1, ...shape], element: all.element };
  const taken = w.put(
    `stablehlo.dynamic_slice ${[all, ...starts].map(({ name }) => name).join(", ")}, sizes = [${one.shape.join(", ")}] : ` +
      `(${[all, ...starts].map((x) => w.typeOf(x)).join(", ")}) -> ${w.typeOf(one)}`,
    one.shape,
    one.element,
  );
  return w.reshape(taken, shape);
}

/** A list with a number at the place of a step. */
function updated(w: HloWriter, list: Value, value: Value, step: Value): Value {
  const entry = w.reshape(value, [1]);
  return w.put(
    `stablehlo.dynamic_update_slice ${list.name}, ${entry.name}, ${step.name} : ` +
      `(${[list, entry, step].map((x) => w.typeOf(x)).join(", ")}) -> ${w.typeOf(list)}`,
    list.shape,
    list.element,
  );
}
