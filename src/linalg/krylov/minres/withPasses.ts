import type { LinearMap } from "../../linearMap.ts";
import { borrowMemory } from "../../programMemory.ts";
import { withVectors } from "../../vectorMemory.ts";
import type { MinresPasses } from "./minresPasses.ts";
import { ProgramPasses, vectorsInProgram } from "./programPasses.ts";
import { mostVectors, VectorPasses } from "./vectorPasses.ts";

/** Calls `use` with passes for a system of this map, in the memory of its program if it lends that. */
export function withPasses<T>(
  map: LinearMap,
  preconditioner: LinearMap | undefined,
  use: (passes: MinresPasses) => T,
): T {
  const n = map.columns;
  const borrowed = preconditioner === undefined ? borrowMemory(map, vectorsInProgram(n)) : undefined;
  if (borrowed === undefined) {
    return withVectors(n, mostVectors, (zeros) => use(new VectorPasses(map, preconditioner, zeros)));
  }
  try {
    return use(new ProgramPasses(borrowed, n));
  } finally {
    borrowed.release();
  }
}
