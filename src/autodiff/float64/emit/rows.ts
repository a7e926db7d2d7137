import {
  type Code,
  FunctionBuilder,
  f64,
  f64x2,
  i32,
  type Local,
  loop,
  v128,
  when,
} from "../../../linalg/wasm/code.ts";
import type { RowsStep } from "../lower/steps.ts";
import type { EmitContext } from "./loops.ts";
import { vectorFunctions } from "./maths.ts";
import { Sequence } from "./sequence.ts";

/** Length up to which rows are taken two at a time, one in each lane. */
const short = 48;

function areShort({ op, count, length }: RowsStep): boolean {
  return (op === "reduceMax" || op === "logSumExp") && count > 1 && length > 0 && length <= short;
}

/** Makes a function of the addresses of input and result, the number of rows and the bytes of one row. */
export function rowsFunction(step: RowsStep, context: EmitContext): FunctionBuilder {
  if (areShort(step)) return shortRows(step.op === "logSumExp", context);
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32"]);
  const [input, out, count, bytes] = builder.parameters as [Local, Local, Local, Local];
  const row: Row = { builder, context, start: input, bytes, out, place: builder.local("i32") };
  const body = step.op === "cumsum" ? cumulative(row, step.exclusive, step.reverse) : results[step.op](row);
  builder.body = loop((again) => [
    body,
    input.set(i32.add(input.get, bytes.get)),
    out.set(i32.add(out.get, step.op === "cumsum" ? bytes.get : i32.constant(8))),
    count.set(i32.sub(count.get, i32.constant(1))),
    again(count.get),
  ]);
  return builder;
}

export function rowsKey(step: RowsStep): string {
  const { op, exclusive, reverse } = step;
  return `${areShort(step) ? "short " : ""}${op}${exclusive ? " exclusive" : ""}${reverse ? " reverse" : ""}`;
}

interface Row {
  readonly builder: FunctionBuilder;
  readonly context: EmitContext;
  readonly start: Local;
  readonly bytes: Local;
  readonly out: Local;
  readonly place: Local;
}

const eight = i32.constant(8);
const sixteen = i32.constant(16);

/** Emits `pair` for the address of each two numbers of a row, then `last` for that of the last number of an odd row. */
function pairs({ start, bytes, place }: Row, pair: (address: Code) => Code, last: (address: Code) => Code): Code {
  const address = i32.add(start.get, place.get);
  const left = i32.sub(bytes.get, place.get);
  return [
    place.set(i32.constant(0)),
    when(
      i32.greaterEqualSigned(bytes.get, sixteen),
      loop((again) => [
        pair(address),
        place.set(i32.add(place.get, sixteen)),
        again(i32.greaterEqualSigned(left, sixteen)),
      ]),
    ),
    when(left, last(address)),
  ];
}

/**
 * The largest of many numbers in each lane, or NaN if one is NaN. NaN is noted in a register of its own, so that
 * numbers wait less for each other.
 */
class Largest {
  readonly #largest: Local;
  readonly #missing: Local;

  constructor(
    builder: FunctionBuilder,
    private readonly x: Local,
  ) {
    this.#largest = builder.local("v128");
    this.#missing = builder.local("v128");
  }

  get begin(): Code {
    return [this.#largest.set(f64x2.constant(Number.NEGATIVE_INFINITY)), this.#missing.set(f64x2.constant(0))];
  }

  /** Takes the numbers in x into account. */
  get take(): Code {
    const { get } = this.x;
    return [
      this.#largest.set(f64x2.pmax(this.#largest.get, get)),
      this.#missing.set(v128.or(this.#missing.get, f64x2.notEqual(get, get))),
    ];
  }

  /** The largest number. All bits set are a NaN. */
  get result(): Code {
    return v128.or(this.#largest.get, this.#missing.get);
  }
}

/** Sets both lanes of m to the largest number of a row: NaN if one is NaN, -Infinity for an empty row. */
function largest(row: Row, m: Local): Code {
  const x = row.builder.local("v128");
  const all = new Largest(row.builder, x);
  const take =
    (load: (address: Code) => Code) =>
    (address: Code): Code => [x.set(load(address)), all.take];
  return [
    all.begin,
    pairs(row, take(v128.load), take(v128.loadSplat)),
    m.set(all.result),
    x.set(f64x2.shuffle(m.get, m.get, 1, 0)),
    all.take,
    m.set(all.result),
  ];
}

const results: Readonly<Record<"reduceMax" | "logSumExp" | "argMax", (row: Row) => Code>> = {
  reduceMax(row) {
    const m = row.builder.local("v128");
    return [largest(row, m), f64.store(row.out.get, f64x2.lane(m.get, 0))];
  },

  /** m + log1p(sum of e^(x - m)) for the largest number m, where the sum leaves out one number that equals m. */
  logSumExp(row) {
    const { builder, context, out } = row;
    const [m, rest, ties] = [builder.local("v128"), builder.local("v128"), builder.local("v128")];
    const one = f64x2.constant(1);
    const zero = f64x2.constant(0);
    const add =
      (load: (address: Code) => Code, only: boolean) =>
      (address: Code): Code => {
        const s = new Sequence(builder, context);
        const x = s.let(load(address));
        const e = vectorFunctions.exp(s, s.let(f64x2.sub(x, m.get)));
        const largestOnes = s.let(f64x2.equal(x, m.get));
        const used = (value: Code): Code => (only ? f64x2.replaceLane(value, 1, f64.constant(0)) : value);
        s.statements.push(
          rest.set(f64x2.add(rest.get, used(v128.andNot(e, largestOnes)))),
          ties.set(f64x2.add(ties.get, used(v128.and(largestOnes, one)))),
        );
        return s.statements;
      };
    const lanes = (v: Local): Code => f64.add(f64x2.lane(v.get, 0), f64x2.lane(v.get, 1));
    const s = new Sequence(builder, context);
    const others = s.let(f64x2.splat(f64.add(lanes(rest), f64.sub(lanes(ties), f64.constant(1)))));
    const log = vectorFunctions.log1p(s, others);
    const largestOne = f64x2.lane(m.get, 0);
    return [
      largest(row, m),
      // If the largest number is infinite or NaN, it is the result.
      when(
        f64.equal(f64.sub(largestOne, largestOne), f64.constant(0)),
        [
          rest.set(zero),
          ties.set(zero),
          pairs(row, add(v128.load, false), add(v128.loadSplat, true)),
          s.statements,
          f64.store(out.get, f64.add(largestOne, f64x2.lane(log, 0))),
        ],
        f64.store(out.get, largestOne),
      ),
    ];
  },

  /** Index of the first of the largest numbers. NaN never counts as larger. */
  argMax({ builder, start, bytes, out, place }) {
    const best = builder.local("i32");
    const address = (at: Local): Code => i32.add(start.get, at.get);
    return [
      best.set(i32.constant(0)),
      place.set(i32.constant(0)),
      loop((again) => [
        when(f64.greater(f64.load(address(place)), f64.load(address(best))), best.set(place.get)),
        place.set(i32.add(place.get, eight)),
        again(i32.lessSigned(place.get, bytes.get)),
      ]),
      f64.store(out.get, f64.mul(f64.fromI32(best.get), f64.constant(1 / 8))),
    ];
  },
};

function cumulative({ builder, start, bytes, out, place }: Row, exclusive: boolean, reverse: boolean): Code {
  const [sum, before] = [builder.local("f64"), builder.local("f64")];
  const left = builder.local("i32");
  const to = i32.add(out.get, place.get);
  const next = reverse ? i32.sub(place.get, eight) : i32.add(place.get, eight);
  return [
    sum.set(f64.constant(0)),
    place.set(reverse ? i32.sub(bytes.get, eight) : i32.constant(0)),
    left.set(bytes.get),
    when(
      bytes.get,
      loop((again) => [
        before.set(sum.get),
        sum.set(f64.add(sum.get, f64.load(i32.add(start.get, place.get)))),
        f64.store(to, exclusive ? before.get : sum.get),
        place.set(next),
        left.set(i32.sub(left.get, eight)),
        again(left.get),
      ]),
    ),
  ];
}

/** Makes the same function for two short rows at once. Of an odd number of rows the last one is taken twice. */
function shortRows(logSumExp: boolean, context: EmitContext): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32"]);
  const [input, out, count, bytes] = builder.parameters as [Local, Local, Local, Local];
  const [other, place] = [builder.local("i32"), builder.local("i32")];
  const [m, x, rest, ties] = [0, 1, 2, 3].map(() => builder.local("v128")) as [Local, Local, Local, Local];
  const all = new Largest(builder, x);
  const one = f64x2.constant(1);
  const zero = f64x2.constant(0);
  const load = x.set(v128.loadLane(i32.add(other.get, place.get), v128.loadZero(i32.add(input.get, place.get)), 1));
  const along = (body: Code): Code => [
    place.set(i32.constant(0)),
    loop((again) => [load, body, place.set(i32.add(place.get, eight)), again(i32.less(place.get, bytes.get))]),
  ];
  const terms = new Sequence(builder, context);
  const e = vectorFunctions.exp(terms, terms.let(f64x2.sub(x.get, m.get)));
  const largestOnes = terms.let(f64x2.equal(x.get, m.get));
  terms.statements.push(
    rest.set(f64x2.add(rest.get, v128.andNot(e, largestOnes))),
    ties.set(f64x2.add(ties.get, v128.and(largestOnes, one))),
  );
  const end = new Sequence(builder, context);
  const others = end.let(f64x2.add(rest.get, f64x2.sub(ties.get, one)));
  const sum = end.let(f64x2.add(m.get, vectorFunctions.log1p(end, others)));
  // If the largest number is infinite or NaN, it is the result.
  const finite = end.let(f64x2.equal(f64x2.sub(m.get, m.get), zero));
  end.statements.push(m.set(v128.select(finite, sum, m.get)));
  const two = i32.constant(2);
  builder.body = loop((again) => [
    other.set(i32.add(input.get, bytes.get)),
    when(i32.lessSigned(count.get, two), other.set(input.get)),
    all.begin,
    along(all.take),
    m.set(all.result),
    logSumExp ? [rest.set(zero), ties.set(zero), along(terms.statements), end.statements] : [],
    v128.storeLane(out.get, m.get, 0),
    when(i32.greaterEqualSigned(count.get, two), v128.storeLane(out.get, m.get, 1, 8)),
    input.set(i32.add(other.get, bytes.get)),
    out.set(i32.add(out.get, sixteen)),
    count.set(i32.sub(count.get, two)),
    again(i32.greaterEqualSigned(count.get, i32.constant(1))),
  ]);
  return builder;
}
