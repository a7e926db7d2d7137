import { failure } from "../errors.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { executorOf } from "./executor.ts";
import type { FieldCounts, FieldEngine } from "./fieldEngine.ts";
import { FieldMap } from "./fieldMap.ts";
import type { FieldParts } from "./fieldParts.ts";
import { Float64Engine } from "./float64/engine.ts";
import { type Node, sizeOf } from "./graph/graph.ts";
import { showShape } from "./graph/shapes.ts";
import { Engine } from "./interpret/engine.ts";

export type { FieldCounts } from "./fieldEngine.ts";

/** A compiled field. Instances on different data share its code and its memory. */
export interface FieldProgram {
  /** n, the length of a point. */
  readonly dimension: number;
  /** Numbers are copied. */
  instance(data?: Readonly<Record<string, Float64Array>>): FieldInstance;
  /** How often something was computed, over all instances. */
  readonly counts: FieldCounts;
}

export interface FieldInstance {
  /** Returns L(z) (NaN without a value) and writes F(z) into `field`. */
  evaluate(point: Float64Array, field: Float64Array): number;
  /** J(z), valid for ever; shares the forward pass with an evaluation at the same point. */
  linearize(point: Float64Array): LinearMap;
}

/**
 * Differentiates a field and compiles it: value, field, and the Jacobian as a linear map whose part free of v is
 * computed once for each point.
 *
 * @throws {RangeError} ERR_MEMORY if it needs more memory than there is; ERR_DATA_NAME, ERR_LENGTH when an instance's data
 *   do not fit
 */
export function compileField(parts: FieldParts): FieldProgram {
  const engine: FieldEngine = executorOf(parts.executor) === "float64" ? new Float64Engine(parts) : new Engine(parts);
  const inputs = parts.data ?? [];
  return {
    dimension: engine.dimension,
    counts: engine.counts,
    instance(data = {}) {
      const own = ownData(inputs, data);
      const { dimension } = engine;
      return {
        evaluate(point, field) {
          checkLength("evaluate", "the point", point, dimension);
          checkLength("evaluate", "the field", field, dimension);
          return engine.evaluate(own, point, field);
        },
        linearize(point) {
          checkLength("linearize", "the point", point, dimension);
          const map = new FieldMap(engine, own, point.slice(), parts.symmetric);
          engine.linearize(map);
          return map;
        },
      };
    },
  };
}

function checkLength(who: string, what: string, values: Float64Array, length: number): void {
  if (values.length === length) return;
  throw failure("ERR_LENGTH", `${who}: expected ${length} numbers for ${what}, got ${values.length}`);
}

/** Copies of the numbers, in the order of the inputs. */
function ownData(
  inputs: readonly Node<"input">[],
  data: Readonly<Record<string, Float64Array>>,
): readonly Float64Array[] {
  const names = inputs.map((node) => node.attributes.name);
  for (const name of Object.keys(data)) {
    if (!names.includes(name)) {
      throw failure("ERR_DATA_NAME", `data: expected only ${names.join(", ") || "no names"}, got "${name}"`);
    }
  }
  return inputs.map(({ attributes: { name }, shape }) => {
    const values = data[name];
    if (values === undefined) throw failure("ERR_DATA_NAME", `data: expected numbers for "${name}", got none`);
    if (values.length !== sizeOf(shape)) {
      throw failure(
        "ERR_LENGTH",
        `data: expected ${sizeOf(shape)} numbers for "${name}" of shape ${showShape(shape)}, got ${values.length}`,
      );
    }
    return values.slice();
  });
}
