/** Points to which Newton's steps lead, and J there: each is computed once, however many measures ask. */
import type { Evaluation } from "../../../authoring/index.ts";
import { type NewtonModel, newtonModel } from "./newtonModel.ts";
import { moved } from "./stepSizes.ts";

/** What Newton's steps meet on their way from one point, with the parameters in their lengths. */
export class NewtonPath {
  readonly #points = new Map<Float64Array, Evaluation>();
  readonly #models = new Map<Evaluation, NewtonModel | undefined>();

  constructor(readonly lengths: Float64Array) {}

  /** The problem at the end of a step from a point. A step is known by its array, which nobody writes to. */
  moved(from: Evaluation, step: Float64Array): Evaluation {
    let there = this.#points.get(step);
    if (there === undefined) {
      there = moved(from, step);
      this.#points.set(step, there);
    }
    return there;
  }

  /** The Newton model at a point. */
  model(at: Evaluation): NewtonModel | undefined {
    if (!this.#models.has(at)) this.#models.set(at, newtonModel(at, this.lengths));
    return this.#models.get(at);
  }
}
