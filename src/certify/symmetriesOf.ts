import { checkOption } from "../options.ts";
import type { Problem } from "../problems/problem.ts";
import { provedOf } from "../problems/symmetries/proved.ts";
import type { Symmetry } from "../problems/symmetries/symmetry.ts";
import { problemRule } from "../problems/traced/arguments.ts";

/**
 * Gives the symmetries of a loss that the construction of its problem proves. {@link certify} uses them by itself.
 *
 * - `deepLinearAutoencoder` and `linearNetwork`: gl(p) of each hidden layer, W_l -> A W_l, W_(l+1) -> W_(l+1) A^-1;
 * - `network`: gl(p) of hidden layers with the activation `linear`, so(p) if there is a penalty, and shifts of their
 *   biases; a scaling for each unit with the activation `relu`; shifts of the softmax behind a linear layer, with the loss
 *   `softmaxCrossEntropy`. A penalty ends those that change what it counts;
 * - any other problem: none. `findSymmetries` looks for them, and `claimedSymmetry` states one.
 *
 * On other data, given by `with`, these problems keep their symmetries. One that is copied, member by member, has none.
 *
 * @example
 * const loss = deepLinearAutoencoder({ inputs: 3, hidden: 2, samples: 10 });
 * console.log(symmetriesOf(loss).map(({ name, count }) => `${name}: ${count}`).join("; "));
 * // gl(2) of the layer between encoder and decoder: 4
 * @throws {TypeError} ERR_OPTION_TYPE for something that is not a problem
 */
export function symmetriesOf(problem: Problem): readonly Symmetry[] {
  checkOption("symmetriesOf", "problem", problem, problemRule);
  return provedOf(problem).continuous;
}
