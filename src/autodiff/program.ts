import { thing } from "../arguments.ts";
import { failure } from "../errors.ts";
import { environment } from "../host.ts";
import { isPortable } from "../linalg/blas/blas.ts";
import type { LinearMap } from "../linalg/linearMap.ts";
import { type VectorLender, vectorsOfProgram } from "../linalg/programMemory.ts";
import { checkOption } from "../options.ts";
import type { InputData } from "./chosenRows.ts";
import { chooseFor, noteChoice } from "./devices/choose.ts";
import { devices } from "./devices/devices.ts";
import { precisionOf } from "./devices/precision.ts";
import { executorOf, ownExecutor } from "./executor.ts";
import { type executors, isDevice } from "./executorNames.ts";
import type { FieldCounts, FieldEngine } from "./fieldEngine.ts";
import { FieldMap } from "./fieldMap.ts";
import type { FieldParts } from "./fieldParts.ts";
import { Float64Engine } from "./float64/engine.ts";
import { tiledEngine } from "./float64/tiles/engine.ts";
import { type Node, sizeOf } from "./graph/graph.ts";
import { checkBuilder, checkNodes } from "./graph/graphArguments.ts";
import { showShape } from "./graph/shapes.ts";
import { Engine } from "./interpret/engine.ts";
import { ProductMap, type ProductPrograms } from "./productMap.ts";

export type { FieldCounts } from "./fieldEngine.ts";

/** A compiled field. Instances on different data share its code and its memory. */
export interface FieldProgram {
  /** Length n of a point. */
  readonly dimension: number;
  /**
   * Makes an instance on some data.
   *
   * @param data numbers of each input, or what writes them into memory of their length; with `part`, which writes those
   *   from a place on, a field with many samples never needs all of them at once, so that they may lie in a file
   * @param copy whether they are copied; if not, they must not change while the instance is used. Default true
   * @throws ERR_DATA_NAME, ERR_LENGTH if they do not fit
   */
  instance(data?: Readonly<Record<string, InputData>>, copy?: boolean): FieldInstance;
  /** Numbers of computations, over all instances. */
  readonly counts: FieldCounts;
}

/** A compiled field on some data. */
export interface FieldInstance extends Required<VectorLender> {
  /** Returns L(z), or NaN if there is no value, and writes F(z) into `field`. @throws ERR_LENGTH */
  evaluate(point: Float64Array, field: Float64Array): number;
  /**
   * Returns J(z), which stays valid. It shares the forward pass with an evaluation at the same point.
   *
   * @throws ERR_LENGTH
   */
  linearize(point: Float64Array): LinearMap;
  /**
   * Returns one of the further maps of the parts at a point. It stays valid, and shares the forward pass with an
   * evaluation at the same point.
   *
   * @throws ERR_LENGTH
   */
  map(point: Float64Array, programs: ProductPrograms): LinearMap;
}

/**
 * Differentiates a field and compiles it: value, field, and the Jacobian as a linear map.
 *
 * What the Jacobian's products need of the point alone is computed once per point. Where value and field are functions of
 * sums over many samples, they are computed tile by tile, so that memory beside the data does not grow with the samples.
 *
 * @example
 * const builder = new GraphBuilder();
 * const z = builder.input("z", "parameter", [2]);
 * const value = builder.sum(builder.mul(z, z));
 * const field = gradient(builder, value, [z]);
 * const program = compileField({ builder, parameters: [z], value, field, symmetric: true });
 * program.instance().evaluate(Float64Array.of(1, 2), new Float64Array(2)); // 5, and [2, 4] in the array
 * @throws {RangeError} ERR_MEMORY if it needs more memory than there is; ERR_OPTION_RANGE for an unknown executor
 * @throws {TypeError} ERR_UNSUPPORTED if this engine lacks WebAssembly SIMD and float64 or portable is wanted
 */
export function compileField(parts: FieldParts): FieldProgram {
  checkOption("compileField", "parts", parts, thing("parts of a field", { parameters: "list", field: "list" }));
  checkBuilder("compileField", parts.builder);
  checkNodes("compileField", "parameters", parts.parameters);
  checkNodes("compileField", "field", parts.field);
  const engine = engineOf(parts);
  const inputs = parts.data ?? [];
  const { dimension } = engine;
  const borrow = (count: number): readonly Float64Array[] | undefined => engine.borrow?.(count);
  return {
    dimension,
    counts: engine.counts,
    instance(data = {}, copy = true) {
      const own = ownData(inputs, data, copy);
      // Without spreads, since each minibatch makes one.
      return {
        [vectorsOfProgram]: borrow,
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
        map(point, programs) {
          checkLength("map", "the point", point, dimension);
          return new ProductMap(engine, own, point.slice(), programs);
        },
      };
    },
  };
}

function engineOf(parts: FieldParts): FieldEngine {
  const executor = executorOf(parts.executor);
  if (isDevice(executor)) {
    if (parts.executor !== undefined)
      noteChoice({ executor, why: `an option asks for it, in ${precisionOf(parts.precision)}` });
    return devices[executor].engine(parts);
  }
  if (executor !== "auto") return ownEngine(parts, executor);
  const own = ownExecutor();
  const { executor: chosen } = chooseFor(parts, (each) => ownEngine(each, own));
  return chosen === "own" ? ownEngine(parts, own) : devices[chosen].engine(parts);
}

function ownEngine(parts: FieldParts, executor: (typeof executors)[number]): FieldEngine {
  if (executor === "interpreter") return new Engine(parts);
  const options = executor === "portable" || isPortable() ? portable : {};
  const tiled =
    environment("FLUXION_TILES") === "off" ? undefined : tiledEngine(parts, { ...options, threads: parts.threads });
  return tiled ?? new Float64Engine(parts, options);
}

/** Choices that decide last bits, which a portable run takes whatever the environment says. */
export const portable = { blas: "off", native: "off", fused: false, regroup: true } as const;

function checkLength(who: string, what: string, values: Float64Array, length: number): void {
  if (values.length === length) return;
  throw failure("ERR_LENGTH", `${who}: expected ${length} numbers for ${what}, got ${values.length}`);
}

/** Checks the numbers and puts them in the order of the inputs. */
function ownData(
  inputs: readonly Node<"input">[],
  data: Readonly<Record<string, InputData>>,
  copy: boolean,
): readonly InputData[] {
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
    return copy && values instanceof Float64Array ? values.slice() : values;
  });
}
