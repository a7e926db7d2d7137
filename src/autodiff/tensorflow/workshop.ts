import type { Node } from "../graph/graph.ts";
import type { Context, Recipe } from "./kernels/kernel.ts";
import { recipeOf } from "./kernels/kernels.ts";
import type { Session, Tensor } from "./session.ts";

/** What is freed when its owner is gone. */
interface Estate {
  readonly session: Session;
  readonly tensors: Set<Tensor>;
}

const owners = new FinalizationRegistry(({ session, tensors }: Estate) => {
  for (const tensor of tensors) session.free(tensor);
});

/** Recipes of an engine's nodes, and the tensors that it owns, which are freed when nobody has the engine any more. */
export class Workshop implements Context {
  readonly #tensors = new Set<Tensor>();
  readonly #recipes = new Map<Node, Recipe>();

  constructor(
    readonly session: Session,
    owner: object,
  ) {
    owners.register(owner, { session, tensors: this.#tensors });
  }

  readonly keep = (tensor: Tensor): Tensor => {
    this.#tensors.add(tensor);
    return tensor;
  };

  keepAll(tensors: readonly Tensor[]): readonly Tensor[] {
    for (const tensor of tensors) this.#tensors.add(tensor);
    return tensors;
  }

  freeAll(tensors: readonly Tensor[]): void {
    for (const tensor of tensors) {
      this.#tensors.delete(tensor);
      this.session.free(tensor);
    }
  }

  readonly recipes = (node: Node): Recipe => {
    let found = this.#recipes.get(node);
    if (found === undefined) {
      found = recipeOf(node, this);
      this.#recipes.set(node, found);
    }
    return found;
  };
}
