import { isOp, type Node, sizeOf } from "../graph/graph.ts";
import { type Storage, storageOf } from "../kernels/storage.ts";
import type { Deviation, Within } from "./deviation.ts";
import { type Deviating, deviationOf, handsOn } from "./deviationRules.ts";
import { matmulDeviation } from "./matmulDeviation.ts";
import type { Ball, BallOperand, Tally } from "./rule.ts";
import { intervalOf } from "./table.ts";

/** Midpoints and radii of a node from outside. */
export interface GivenBall extends Ball {
  /** Whether all radii are 0 at every run. */
  readonly exact: boolean;
  /** Whether it is a parameter, see {@link BallOperand}. */
  readonly isParameter?: boolean;
  readonly deviation?: Deviation;
}

/** Operations whose result is exact where their operand is. */
const exactMoves: ReadonlySet<string> = new Set(["neg", "abs", "reshape", "broadcast", "transpose", "take"]);

/**
 * Runs a graph in stages in midpoint-radius arithmetic, over arrays that are allocated once. It is the counterpart of
 * `Machine`, whose assumptions it shares.
 */
export class IntervalMachine {
  readonly #stages: (() => void)[][] = [];
  readonly #balls = new Map<Node, GivenBall>();
  readonly #free = new Map<number, Ball[]>();
  readonly #tally: Tally;
  readonly #zeros = new Map<number, Float64Array>();
  /** Nodes of which the rows are asked for. */
  readonly #rowed: ReadonlySet<Node> = new Set();

  constructor(
    stages: readonly (readonly Node[])[],
    given: ReadonlyMap<Node, GivenBall>,
    results: readonly Node[],
    tally: Tally,
    /** The ball in which the parameters lie, if there is one. */
    private readonly within?: Within,
  ) {
    this.#tally = tally;
    if (within !== undefined) this.#rowed = beforeProducts(stages.flat());
    const storage = storageOf(stages, results, new Map([...given].map(([node, { mid }]) => [node, mid])));
    for (const [node, ball] of given) this.#balls.set(node, ball);
    let time = 0;
    for (const nodes of stages) {
      const steps: (() => void)[] = [];
      for (const node of nodes) {
        const step = this.#step(node, storage);
        if (step !== undefined) steps.push(step);
        for (const ending of storage.endings.get(time) ?? []) this.#release(ending);
        time++;
      }
      this.#stages.push(steps);
    }
  }

  run(stage: number): void {
    const steps = this.#stages[stage]!;
    for (let i = 0; i < steps.length; i++) steps[i]!();
  }

  /** Returns the midpoints and radii of a result, an input or a constant. */
  ball(node: Node): GivenBall {
    const ball = this.#balls.get(node);
    if (ball === undefined) throw new Error(`internal: interval: ${node.op} has no arrays`);
    return ball;
  }

  /** Returns the function that computes a node; undefined if its numbers are there already. */
  #step(node: Node, storage: Storage): (() => void) | undefined {
    switch (storage.kind(node)) {
      case "given":
      case "repeated":
        return undefined;
      case "alias":
        this.#balls.set(node, this.ball(node.inputs[0]!));
        return undefined;
      case "fixed": {
        const size = sizeOf(node.shape);
        const ball = { mid: new Float64Array(size), rad: new Float64Array(size) };
        intervalOf(node, [], ball, this.#tally)();
        this.#balls.set(node, { ...ball, exact: ball.rad.every((r) => r === 0) });
        return undefined;
      }
      case "own": {
        const operands = node.inputs.map((input) => this.#operand(input, storage));
        const exact = exactMoves.has(node.op) && operands.every((operand) => operand.exact);
        const size = sizeOf(node.shape);
        const ball = exact ? { mid: new Float64Array(size), rad: this.#zero(size) } : this.#allocate(size);
        const rule = intervalOf(node, operands, ball, this.#tally);
        const rows = exact ? undefined : this.#rowsOf(node, operands, ball);
        if (rows === undefined) {
          this.#balls.set(node, { ...ball, exact });
          return rule;
        }
        this.#balls.set(node, { ...ball, exact, deviation: rows.deviation });
        return () => {
          rule();
          rows.run();
        };
      }
    }
  }

  /** What narrows the radii of a product, and what it or its factors need of their rows for that. */
  #rowsOf(node: Node, operands: readonly BallOperand[], ball: Ball): Deviating | undefined {
    if (this.within === undefined) return undefined;
    if (isOp(node, "matmul")) return matmulDeviation(node, operands, ball, this.within);
    return this.#rowed.has(node) ? deviationOf(node, operands, ball, this.within) : undefined;
  }

  #operand(node: Node, storage: Storage): BallOperand {
    if (storage.kind(node) !== "repeated") return { ...this.ball(node), source: node.shape };
    if (isOp(node, "fill")) {
      const ball = { mid: new Float64Array(1), rad: new Float64Array(1) };
      intervalOf(node, [], ball, this.#tally)();
      return { ...ball, exact: ball.rad[0] === 0, source: [] };
    }
    const inner = node.inputs[0]!;
    return { ...this.ball(inner), source: inner.shape };
  }

  /** An array of zeros, which is never written. */
  #zero(length: number): Float64Array {
    const zeros = this.#zeros.get(length) ?? new Float64Array(length);
    this.#zeros.set(length, zeros);
    return zeros;
  }

  #allocate(length: number): Ball {
    return this.#free.get(length)?.pop() ?? { mid: new Float64Array(length), rad: new Float64Array(length) };
  }

  #release(node: Node): void {
    const { mid, rad, exact } = this.ball(node);
    // The zeros of an exact node are shared.
    if (exact) return;
    const free = this.#free.get(mid.length);
    if (free === undefined) this.#free.set(mid.length, [{ mid, rad }]);
    else free.push({ mid, rad });
  }
}

/** Nodes from which operations that hand on rows lead to a left factor of a product. */
function beforeProducts(nodes: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of nodes.toReversed()) {
    if (isOp(node, "matmul") && !node.attributes.transposeA) found.add(node.inputs[0]!);
    else if (found.has(node) && (handsOn(node.op) || node.op === "reshape"))
      for (const input of node.inputs) found.add(input);
  }
  return found;
}
