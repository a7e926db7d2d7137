import {
  type Code,
  FunctionBuilder,
  f64,
  f64x2,
  i32,
  type Local,
  loop,
  type ValueType,
  v128,
  when,
} from "../../../linalg/wasm/code.ts";
import type { LoopStep } from "../lower/steps.ts";
import { elementwise } from "./elementwise.ts";
import type { LoopShape, Walk } from "./loopShape.ts";
import { Sequence } from "./sequence.ts";

/** What the functions of a module have in common. */
export interface EmitContext {
  readonly fused: boolean;
  readonly host: (name: string) => number;
}

/**
 * Number of entries that a register adds up before they go to the sum of the run. The error then grows with the number
 * of such parts.
 */
const part = 256;

/**
 * Returns the key of a loop's function. Loops with equal keys share one function, whose parameters are addresses and
 * sizes.
 */
export function loopKey(step: LoopStep, shape: LoopShape): string {
  const walk = ({ step: inner }: Walk): string => (inner === 8 || inner === 0 ? `${inner}` : "s");
  let load = 0;
  const values = step.values.map((value) => {
    if (value.kind === "load") return `[${walk(shape.loads[load++]!)}]`;
    if (value.kind === "number") return Object.is(value.value, -0) ? "-0" : String(value.value);
    return `${value.op}(${value.operands.join()})`;
  });
  const stores = shape.stores.map((store, i) => `${step.stores[i]!.value}${store.step === 8 ? "" : "s"}`);
  const sums = shape.sums.map(({ within, once }, i) => `${step.sums[i]!.value}${within ? "w" : ""}${once ? "o" : ""}`);
  const { outer, run } = shape;
  const size = `${outer.length}${run > 1 ? "p" : ""}${run % 2 === 1 ? "t" : ""}${run > part ? "b" : ""}`;
  return `${size}|${values.join(";")}|${stores.join()}|${sums.join()}`;
}

/** Returns the arguments with which a loop's function is called. */
export function loopArguments(shape: LoopShape): readonly number[] {
  const walks = [...shape.loads, ...shape.stores, ...shape.sums];
  return [
    8 * (shape.run - (shape.run % 2)),
    ...shape.outer,
    ...walks.flatMap(({ access, step, advances }) => {
      if (access.buffer.place === undefined) throw new Error("internal: loops: a buffer without a place");
      return [access.buffer.place + 8 * access.offset, ...(step === 8 || step === 0 ? [] : [step]), ...advances];
    }),
  ];
}

export function loopFunction(step: LoopStep, shape: LoopShape, context: EmitContext): FunctionBuilder {
  return new LoopEmitter(step, shape, context).emit();
}

/** A walk with the parameters of the function for it. */
interface Cursor {
  readonly walk: Walk;
  readonly address: Local;
  readonly stride?: Local;
  readonly advances: readonly Local[];
  /** Present address of a strided walk in its run. */
  readonly at?: Local;
  /** Number that all entries of a run share. */
  readonly shared?: Local;
}

class LoopEmitter {
  readonly #step: LoopStep;
  readonly #shape: LoopShape;
  readonly #context: EmitContext;
  readonly #builder: FunctionBuilder;
  readonly #pairs: Local;
  readonly #counts: readonly Local[];
  readonly #loads: readonly Cursor[];
  readonly #stores: readonly Cursor[];
  readonly #sums: readonly Cursor[];
  /** Registers of each sum within runs: its total, and the part of the run that is being added up. */
  readonly #totals: readonly { readonly total: Local; readonly part: Local }[];
  readonly #place: Local;

  constructor(step: LoopStep, shape: LoopShape, context: EmitContext) {
    this.#step = step;
    this.#shape = shape;
    this.#context = context;
    const walks = [...shape.loads, ...shape.stores, ...shape.sums];
    const count = 1 + shape.outer.length + walks.reduce((sum, walk) => sum + parametersOf(walk), 0);
    this.#builder = new FunctionBuilder(Array.from({ length: count }, (): ValueType => "i32"));
    const parameters = this.#builder.parameters[Symbol.iterator]();
    const next = (): Local => parameters.next().value!;
    this.#pairs = next();
    this.#counts = shape.outer.map(next);
    const cursor = (walk: Walk): Cursor => {
      const address = next();
      const strided = walk.step !== 8 && walk.step !== 0;
      const stride = strided ? next() : undefined;
      return {
        walk,
        address,
        ...(stride === undefined ? {} : { stride, at: this.#builder.local("i32") }),
        ...(walk.step === 0 ? { shared: this.#builder.local("v128") } : {}),
        advances: walk.advances.map(next),
      };
    };
    this.#loads = shape.loads.map(cursor);
    this.#stores = shape.stores.map(cursor);
    this.#sums = shape.sums.map(cursor);
    this.#totals = shape.sums.map(() => ({
      total: this.#builder.local("v128"),
      part: this.#builder.local("v128"),
    }));
    this.#place = this.#builder.local("i32");
  }

  emit(): FunctionBuilder {
    this.#builder.body = this.#nest(0);
    return this.#builder;
  }

  /** Emits the loops from `level` inwards. */
  #nest(level: number): Code {
    if (level === this.#shape.outer.length) return this.#run();
    const left = this.#builder.local("i32");
    const cursors = [...this.#loads, ...this.#stores, ...this.#sums];
    return [
      left.set(this.#counts[level]!.get),
      loop((again) => [
        this.#nest(level + 1),
        cursors.map(({ address, advances }) => address.set(i32.add(address.get, advances[level]!.get))),
        left.set(i32.sub(left.get, i32.constant(1))),
        again(left.get),
      ]),
    ];
  }

  #run(): Code {
    const { run } = this.#shape;
    const zero = f64x2.constant(0);
    const sums = this.#shape.sums.flatMap((sum, i) => (sum.within ? [this.#totals[i]!] : []));
    const forward = this.#place.set(i32.add(this.#place.get, i32.constant(16)));
    const pairs = (end: Code): Code =>
      loop((again) => [this.#body(true), forward, again(i32.less(this.#place.get, end))]);
    const parts = (): Code => {
      const end = this.#builder.local("i32");
      return loop((again) => [
        end.set(i32.add(this.#place.get, i32.constant(8 * part))),
        when(i32.less(this.#pairs.get, end.get), end.set(this.#pairs.get)),
        pairs(end.get),
        sums.map(({ total, part: partial }) => [total.set(f64x2.add(total.get, partial.get)), partial.set(zero)]),
        again(i32.less(this.#place.get, this.#pairs.get)),
      ]);
    };
    return [
      this.#loads.map(({ shared, address }) => (shared === undefined ? [] : shared.set(v128.loadSplat(address.get)))),
      [...this.#loads, ...this.#stores].map(({ at, address }) => (at === undefined ? [] : at.set(address.get))),
      sums.map(({ total, part: partial }) => [total.set(zero), partial.set(zero)]),
      this.#place.set(i32.constant(0)),
      run > 1 ? (run > part && sums.length > 0 ? parts() : pairs(this.#pairs.get)) : [],
      run % 2 === 1 ? this.#body(false) : [],
      this.#shape.sums.map((sum, i) => (sum.within ? this.#finish(i, sum.once) : [])),
    ];
  }

  /** Emits the body for both entries of a pair, or for the last entry of an odd run. */
  #body(pair: boolean): Code {
    const s = new Sequence(this.#builder, this.#context);
    const values: Code[] = [];
    let load = 0;
    for (const value of this.#step.values) {
      if (value.kind === "load") values.push(this.#load(s, this.#loads[load++]!, pair));
      else if (value.kind === "number") values.push(s.number(value.value));
      else values.push(elementwise[value.op](s, ...value.operands.map((operand) => values[operand]!)));
    }
    for (const [i, { value }] of this.#step.stores.entries()) {
      s.statements.push(this.#store(this.#stores[i]!, values[value]!, pair));
    }
    for (const [i, { value }] of this.#step.sums.entries()) s.statements.push(this.#add(i, values[value]!, pair));
    return s.statements;
  }

  #entry({ address }: Cursor): Code {
    return i32.add(address.get, this.#place.get);
  }

  #store(cursor: Cursor, value: Code, pair: boolean): Code {
    const { at, stride } = cursor;
    if (at === undefined || stride === undefined) {
      const address = this.#entry(cursor);
      return pair ? v128.store(address, value) : v128.storeLane(address, value, 0);
    }
    const lane = (place: 0 | 1): Code => [v128.storeLane(at.get, value, place), at.set(i32.add(at.get, stride.get))];
    return pair ? [lane(0), lane(1)] : lane(0);
  }

  #load(s: Sequence, cursor: Cursor, pair: boolean): Code {
    const { shared, at, stride } = cursor;
    if (shared !== undefined) return shared.get;
    if (at === undefined || stride === undefined) {
      return s.let(pair ? v128.load(this.#entry(cursor)) : v128.loadZero(this.#entry(cursor)));
    }
    if (!pair) return s.again(v128.loadZero(at.get));
    const first = s.again(v128.loadZero(at.get));
    s.statements.push(at.set(i32.add(at.get, stride.get)));
    const both = s.again(v128.loadLane(at.get, first, 1));
    s.statements.push(at.set(i32.add(at.get, stride.get)));
    return both;
  }

  #add(i: number, value: Code, pair: boolean): Code {
    const { within } = this.#shape.sums[i]!;
    if (within) {
      const { part: partial } = this.#totals[i]!;
      const masked = pair ? value : f64x2.replaceLane(value, 1, f64.constant(0));
      return partial.set(f64x2.add(partial.get, masked));
    }
    const address = this.#entry(this.#sums[i]!);
    return pair
      ? v128.store(address, f64x2.add(v128.load(address), value))
      : v128.storeLane(address, f64x2.add(v128.loadZero(address), value), 0);
  }

  /** Adds both lanes of the sum of a run and writes it to memory. */
  #finish(i: number, once: boolean): Code {
    const { total, part: partial } = this.#totals[i]!;
    const { address } = this.#sums[i]!;
    const sum = f64.add(f64x2.lane(total.get, 0), f64x2.lane(total.get, 1));
    return [
      total.set(f64x2.add(total.get, partial.get)),
      f64.store(address.get, once ? sum : f64.add(f64.load(address.get), sum)),
    ];
  }
}

function parametersOf({ step, advances }: Walk): number {
  return 1 + (step === 8 || step === 0 ? 0 : 1) + advances.length;
}
