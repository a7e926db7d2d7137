import { list, thing } from "../../arguments.ts";
import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import type { ConvexSet } from "../problem.ts";
import { positiveInteger } from "../rules.ts";
import { setOf, unitRow } from "../sets/convexSet.ts";
import { polyhedronOf } from "../sets/polyhedron.ts";

/** A decision of a player in sequence form. */
export interface InformationSet {
  /** Last sequence of the player before the decision; 0 is the empty sequence. */
  readonly parent: number;
  /** Sequences that end with one of the actions of the decision. */
  readonly actions: readonly number[];
}

/**
 * Makes the set of strategies of a player with perfect recall in sequence form.
 *
 * x_a is the probability with which the player plays the actions of the sequence a, as far as they are its own. The set
 * is given by x >= 0, x_0 = 1, and for each decision sum over its actions of x_a = x_parent.
 *
 * Support: the best action of each decision, from the last decisions to the first. Projection: the active-set method of
 * `polyhedron`. `someElement`: all actions of a decision are equally likely.
 *
 * Cost: O(n) for the support function; projections as for `polyhedron`.
 *
 * @example treeplex(3, [{ parent: 0, actions: [1, 2] }]) // a simplex after the empty sequence
 * @param sequences number of sequences, the empty one included
 * @param decisions list in an order in which the parent of each decision is 0 or an action of an earlier one
 * @throws {RangeError} ERR_OPTION_RANGE for decisions that do not make a tree
 * @see von Stengel, "Efficient computation of behavior strategies", 1996, doi:10.1006/game.1996.0050
 */
export function treeplex(sequences: number, decisions: readonly InformationSet[]): ConvexSet {
  checkTree(sequences, decisions);
  const equalities = [unitRow(sequences, 0)];
  for (const { parent, actions } of decisions) {
    const row = unitRow(sequences, parent, -1);
    for (const action of actions) row[action] = 1;
    equalities.push(row);
  }
  const inner = polyhedronOf("treeplex", sequences, {
    inequalities: Array.from({ length: sequences }, (_, i) => unitRow(sequences, i, -1)),
    bounds: new Array<number>(sequences).fill(0),
    equalities,
    values: equalities.map((_, k) => (k === 0 ? 1 : 0)),
  });
  return setOf({
    name: "treeplex",
    dimension: sequences,
    bounded: true,
    project: inner.project,
    support(gradient, at) {
      const value = gradient.slice();
      const best = new Int32Array(decisions.length);
      for (let k = decisions.length - 1; k >= 0; k--) {
        const { parent, actions } = decisions[k]!;
        let top = actions[0]!;
        for (const action of actions) if (value[action]! > value[top]!) top = action;
        best[k] = top;
        value[parent] = value[parent]! + value[top]!;
      }
      if (at !== undefined) {
        at.fill(0);
        at[0] = 1;
        for (const [k, { parent }] of decisions.entries()) at[best[k]!] = at[parent]!;
      }
      return value[0]!;
    },
    someElement(out) {
      out[0] = 1;
      for (const { parent, actions } of decisions) {
        for (const action of actions) out[action] = out[parent]! / actions.length;
      }
    },
    linearizeProjection: (point) => inner.linearizeProjection!(point),
    linearConstraints: () => inner.linearConstraints!(),
  });
}

const decisionRule = thing("a parent and actions", { parent: "number", actions: "list" });

function checkTree(sequences: number, decisions: readonly InformationSet[]): void {
  checkOption("treeplex", "sequences", sequences, positiveInteger);
  checkOption("treeplex", "decisions", decisions, list);
  for (const [k, decision] of decisions.entries()) checkOption("treeplex", `decision ${k}`, decision, decisionRule);
  const known = new Set([0]);
  for (const [k, { parent, actions }] of decisions.entries()) {
    if (!known.has(parent) || actions.length === 0) {
      throw failure(
        "ERR_OPTION_RANGE",
        `treeplex: expected decision ${k} to have actions, and a parent that is 0 or an earlier action, got parent ` +
          `${parent} and actions ${actions.join(", ")}`,
      );
    }
    for (const action of actions) {
      if (known.has(action) || !(Number.isInteger(action) && action > 0 && action < sequences)) {
        throw failure(
          "ERR_OPTION_RANGE",
          `treeplex: expected each action to be a sequence below ${sequences} that no other decision has, got ${action} ` +
            `in decision ${k}`,
        );
      }
      known.add(action);
    }
  }
  if (known.size !== sequences) {
    throw failure(
      "ERR_OPTION_RANGE",
      `treeplex: expected ${sequences} sequences, but the decisions have ${known.size}`,
    );
  }
}
