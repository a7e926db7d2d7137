import { isOp, type Node } from "../graph/graph.ts";
import type { Linearization } from "../passes/linearize.ts";
import { moduleOf } from "./hlo/module.ts";
import { type DeviceMemory, type DeviceProgram, totalOf } from "./memory.ts";
import type { Handle } from "./pjrt/library.ts";

/** Inputs of a module of residuals: the point, then the nodes that lie on the device. */
export interface PointInputs {
  readonly parameters: readonly Node<"input">[];
  readonly given: readonly Node[];
}

/**
 * A map that is linear in a vector: a module computes the residuals of a point, which stay on the device, and another
 * one the product.
 */
export class DeviceProducts {
  readonly columns: number;
  readonly rows: number;
  readonly #memory: DeviceMemory;
  readonly #linearization: Linearization;
  readonly #given: readonly Node[];
  /** Residuals that the first module computes; the others lie on the device already. */
  readonly #computed: readonly Node[];
  readonly #residualProgram: DeviceProgram | undefined;
  readonly #productProgram: DeviceProgram;
  #residuals: readonly Handle[] = [];
  #owned: readonly Handle[] = [];

  constructor(memory: DeviceMemory, linearization: Linearization, { parameters, given }: PointInputs) {
    const { residuals, linear, directions } = linearization;
    const { element } = memory;
    this.#memory = memory;
    this.#linearization = linearization;
    this.#given = given;
    this.columns = totalOf(directions);
    this.rows = totalOf(linear.outputs);
    this.#computed = residuals.filter((node) => !given.includes(node));
    this.#residualProgram =
      this.#computed.length === 0
        ? undefined
        : memory.compile(moduleOf({ element, flat: parameters, given, results: [], kept: this.#computed }));
    this.#productProgram = memory.compile(
      moduleOf({
        element,
        flat: directions,
        given: linear.inputs.slice(directions.length),
        results: linear.outputs,
        donated: this.columns === this.rows && directions.every((node) => isOp(node, "input")),
      }),
    );
  }

  /** Computes the residuals of a point. `held` are the numbers of the nodes that lie on the device. */
  prepare(point: Handle, held: readonly Handle[]): void {
    const memory = this.#memory;
    memory.release(this.#owned);
    this.#owned = [];
    const made = this.#residualProgram && memory.run(this.#residualProgram, [point, ...held], this.#computed.length);
    this.#owned = made ?? [];
    this.#residuals = this.#linearization.residuals.map((node) => {
      const at = this.#given.indexOf(node);
      return at >= 0 ? held[at]! : this.#owned[this.#computed.indexOf(node)]!;
    });
  }

  /** The residuals, for programs that multiply on the device. */
  get residuals(): readonly Handle[] {
    return this.#residuals;
  }

  get linearization(): Linearization {
    return this.#linearization;
  }

  /** Computes out = A v for `count` vectors, one after the other. */
  multiply(vectors: Float64Array, count: number, out: Float64Array): void {
    const memory = this.#memory;
    const { columns, rows } = this;
    for (let k = 0; k < count; k++) {
      const v = memory.upload(vectors.subarray(k * columns, (k + 1) * columns), [columns]);
      const made = memory.run(this.#productProgram, [v, ...this.#residuals], 1);
      try {
        memory.download(made[0]!, out.subarray(k * rows, (k + 1) * rows));
      } finally {
        memory.release([v, ...made]);
      }
    }
  }
}
