import type { Tensor } from "@tensorflow/tfjs-core";
import { type InputData, numbersOf } from "../../autodiff/chosenRows.ts";
import { compileFunction } from "../../autodiff/compileFunction.ts";
import { gradient, inputsOf } from "../../autodiff/derivatives/differentiate.ts";
import { isOp, type Node } from "../../autodiff/graph/graph.ts";
import { reachable } from "../../autodiff/graph/walk.ts";
import { isTensor, type Traceable, type TracedFunction } from "../../autodiff/trace/trace.ts";
import { failure } from "../../errors.ts";
import { warn } from "../../host.ts";
import type { ConvexSet, DataValues, Game, ParameterBlock, Player, ProblemOnRows, TracedProblem } from "../problem.ts";
import { productSet } from "../sets/productSet.ts";
import { wholeSpace } from "../sets/wholeSpace.ts";
import { blocksOf } from "./blocksOf.ts";
import { describeResult } from "./describeResult.ts";
import type { Shapes } from "./parametersOf.ts";
import type { TracedProblemOptions } from "./tracedOptions.ts";
import { type TracedField, tracedProblem } from "./tracedProblem.ts";

/** A player without its cost. */
interface PlayerPart {
  readonly name: string;
  /** Shapes of its own strategy. */
  readonly shapes: Shapes;
  readonly set?: ConvexSet;
  /** Names of its blocks, one for each shape. */
  readonly names: readonly string[];
}

interface TracedGameParts {
  readonly who: string;
  readonly players: readonly PlayerPart[];
  /** Function of all strategies that gives the cost of each player. */
  readonly call: Traceable;
  readonly options: {
    readonly [K in Exclude<keyof TracedProblemOptions, "constraint">]?: TracedProblemOptions[K] | undefined;
  };
}

/** A traced problem with its game. */
export interface GameProblem extends TracedProblem {
  readonly game: Game;
  with(data: DataValues): GameProblem;
  rowsOf(data: DataValues): ProblemOnRows<GameProblem>;
}

/**
 * Builds the problem of a game, whose field stacks each player's gradient of its own cost with respect to its own
 * strategy: the common part of `game` and `saddlePoint`.
 */
export function tracedGame({ who, players, call, options }: TracedGameParts): GameProblem {
  const blocks = blocksOf(
    who,
    players.flatMap(({ shapes }) => shapes),
    {
      names: players.flatMap(({ names }) => names),
      players: players.flatMap(({ name, shapes }) => shapes.map(() => name)),
    },
  );
  const places = placesOf(who, players);
  const constraint = players.some(({ set }) => set !== undefined)
    ? productSet(places.map(({ set, size }) => set ?? wholeSpace(size)))
    : undefined;
  const problem = tracedProblem({
    who,
    symmetric: false,
    blocks,
    call,
    options: { ...options, name: options.name ?? who, ...(constraint === undefined ? {} : { constraint }) },
    outputsOf: (result, complain) => {
      const found: readonly unknown[] = Array.isArray(result) ? result : [result];
      return found.map((cost, i): Tensor => {
        if (isTensor(cost) && cost.shape.length === 0) return cost;
        throw complain(
          `returns ${describeResult(cost)} as cost of ${players[i]?.name ?? `player ${i}`} instead of a scalar tensor`,
          "return one number, for example by tf.sum or tf.dot",
        );
      });
    },
    fieldOf: (traced) => gameField(who, traced, blocks, places, options.onWarning ?? warn),
  });
  // `fieldOf` adds the game, also to the problems that `with` gives.
  return problem as GameProblem;
}

type Place = PlayerPart & { readonly offset: number; readonly size: number };

function placesOf(who: string, players: readonly PlayerPart[]): readonly Place[] {
  let offset = 0;
  return players.map((player) => {
    const size = player.shapes.reduce((sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
    if (player.set !== undefined && player.set.dimension !== size) {
      throw failure(
        "ERR_LENGTH",
        `${who}: expected a strategy set of dimension ${size} for ${player.name}, whose shapes hold ${size} numbers, ` +
          `got ${player.set.name} of dimension ${player.set.dimension}`,
      );
    }
    const place = { ...player, offset, size };
    offset += size;
    return place;
  });
}

function gameField(
  who: string,
  traced: TracedFunction,
  blocks: readonly ParameterBlock[],
  places: readonly Place[],
  onWarning: (message: string) => void,
): TracedField {
  const { builder, outputs, parameters } = traced;
  const field: Node[] = [];
  const players = places.map((place, i): Player => {
    const own = parameters.filter((_, k) => blocks[k]!.player === place.name);
    const slopes = gradient(builder, outputs[i]!, own);
    if (slopes.every(isZero)) {
      throw failure(
        "ERR_PLAYER",
        `${who}: expected the cost of ${place.name} to depend on its own strategy, but its derivative is 0 everywhere; ` +
          "check the order of the strategies, which must be that of the players",
      );
    }
    for (const [k, slope] of slopes.entries()) {
      if (!isZero(slope)) continue;
      const block = blocks[parameters.indexOf(own[k]!)]!.name;
      onWarning(`${who}: the cost of ${place.name} does not depend on its block ${block}; its derivative is 0 there`);
    }
    field.push(...slopes);
    const reached = new Set<Node>(reachable(slopes));
    return {
      name: place.name,
      offset: place.offset,
      size: place.size,
      ...(place.set === undefined ? {} : { constraint: place.set }),
      affine: own.every((parameter) => !reached.has(parameter)),
    };
  });
  return { field, extend: (data) => ({ game: { players, costs: costsOf(traced, blocks, data) } }) };
}

/** Compiles the costs when they are first asked for, because most runs never ask. */
function costsOf(
  { outputs, parameters }: TracedFunction,
  blocks: readonly ParameterBlock[],
  data: ReadonlyMap<string, InputData>,
): Game["costs"] {
  let compiled: ((point: Float64Array) => readonly Float64Array[]) | undefined;
  return (point, out) => {
    if (compiled === undefined) {
      const graph = { inputs: inputsOf(outputs, parameters), outputs };
      const run = compileFunction(graph);
      const dataInputs = Object.fromEntries([...data].map(([name, input]) => [name, numbersOf(input)]));
      compiled = (z) =>
        run({
          ...dataInputs,
          ...Object.fromEntries(blocks.map(({ name, offset, size }) => [name, z.subarray(offset, offset + size)])),
        });
    }
    for (const [i, cost] of compiled(point).entries()) out[i] = cost[0]!;
  };
}

function isZero(node: Node): boolean {
  return isOp(node, "fill") && node.attributes.value === 0;
}
