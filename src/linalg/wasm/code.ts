/**
 * Code of WebAssembly as nested lists of bytes. An expression is the code of its operands followed by its opcode.
 *
 * A statement leaves nothing on the stack, so statements may stand inside expressions.
 */
export type Code = readonly (number | Code)[];

export const valueTypes = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

/** Encodes an unsigned integer as LEB128. */
export function unsigned(n: number): number[] {
  const bytes: number[] = [];
  for (let rest = n >>> 0; ; ) {
    const low = rest & 0x7f;
    rest >>>= 7;
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Encodes a signed integer as LEB128. */
function signed(n: number): number[] {
  const bytes: number[] = [];
  for (let rest = n | 0; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const scratch = new DataView(new ArrayBuffer(8));
function bits(value: number): number[] {
  scratch.setFloat64(0, value, true);
  return Array.from({ length: 8 }, (_, i) => scratch.getUint8(i));
}

const binary =
  (...opcode: readonly number[]) =>
  (a: Code, b: Code): Code => [a, b, ...opcode];
const unary =
  (...opcode: readonly number[]) =>
  (a: Code): Code => [a, ...opcode];
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const simdUnary = (opcode: number): ((a: Code) => Code) => unary(...simd(opcode));
const simdBinary = (opcode: number): ((a: Code, b: Code) => Code) => binary(...simd(opcode));
/** Alignment and offset of a memory access. Every number is aligned to 8 bytes. */
const at = (offset: number): number[] => [3, ...unsigned(offset)];

export const i32 = {
  constant: (n: number): Code => [0x41, ...signed(n)],
  load: (address: Code, offset = 0): Code => [address, 0x28, 2, ...unsigned(offset)],
  eqz: unary(0x45),
  eq: binary(0x46),
  lessSigned: binary(0x48),
  less: binary(0x49),
  greaterEqualSigned: binary(0x4e),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  shiftLeft: binary(0x74),
} as const;

export const f64 = {
  constant: (value: number): Code => [0x44, ...bits(value)],
  load: (address: Code, offset = 0): Code => [address, 0x2b, ...at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, 0x39, ...at(offset)],
  neg: unary(0x9a),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  equal: binary(0x61),
  notEqual: binary(0x62),
  greater: binary(0x64),
  lessEqual: binary(0x65),
  fromI32: unary(0xb7),
} as const;

export const v128 = {
  load: (address: Code, offset = 0): Code => [address, ...simd(0), ...at(offset)],
  /** Loads one number into both lanes. */
  loadSplat: (address: Code, offset = 0): Code => [address, ...simd(10), ...at(offset)],
  /** Loads one number into the low lane; the high lane is 0. */
  loadZero: (address: Code, offset = 0): Code => [address, ...simd(0x5d), ...at(offset)],
  loadLane: (address: Code, vector: Code, lane: number, offset = 0): Code => [
    address,
    vector,
    ...simd(0x57),
    ...at(offset),
    lane,
  ],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, ...simd(11), ...at(offset)],
  storeLane: (address: Code, value: Code, lane: number, offset = 0): Code => [
    address,
    value,
    ...simd(0x5b),
    ...at(offset),
    lane,
  ],
  not: simdUnary(0x4d),
  and: simdBinary(0x4e),
  /** a and not b */
  andNot: simdBinary(0x4f),
  or: simdBinary(0x50),
  xor: simdBinary(0x51),
  /** Takes the bits of `a` where the mask is 1, and those of `b` elsewhere. */
  select: (mask: Code, a: Code, b: Code): Code => [a, b, mask, ...simd(0x52)],
  anyTrue: simdUnary(0x53),
} as const;

export const f64x2 = {
  constant: (low: number, high = low): Code => [...simd(12), ...bits(low), ...bits(high)],
  splat: simdUnary(0x14),
  lane: (vector: Code, lane: number): Code => [vector, ...simd(0x21), lane],
  replaceLane: (vector: Code, lane: number, value: Code): Code => [vector, value, ...simd(0x22), lane],
  /** Takes two of the lanes 0, 1 of `a` and 2, 3 of `b`. */
  shuffle: (a: Code, b: Code, first: number, second: number): Code => [
    a,
    b,
    ...simd(13),
    ...[first, second].flatMap((lane) => Array.from({ length: 8 }, (_, i) => 8 * lane + i)),
  ],
  equal: simdBinary(0x47),
  notEqual: simdBinary(0x48),
  less: simdBinary(0x49),
  greater: simdBinary(0x4a),
  lessEqual: simdBinary(0x4b),
  greaterEqual: simdBinary(0x4c),
  ceil: simdUnary(0x74),
  floor: simdUnary(0x75),
  nearest: simdUnary(0x94),
  abs: simdUnary(0xec),
  neg: simdUnary(0xed),
  sqrt: simdUnary(0xef),
  add: simdBinary(0xf0),
  sub: simdBinary(0xf1),
  mul: simdBinary(0xf2),
  div: simdBinary(0xf3),
  /** b < a ? b : a */
  pmin: simdBinary(0xf6),
  /** a < b ? b : a */
  pmax: simdBinary(0xf7),
  /** a b + c, with one rounding or two, as the engine chooses. */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [a, b, c, ...simd(0x107)],
} as const;

export const i64x2 = {
  constant: (value: bigint): Code => {
    scratch.setBigInt64(0, value, true);
    const low = Array.from({ length: 8 }, (_, i) => scratch.getUint8(i));
    return [...simd(12), ...low, ...low];
  },
  shiftLeft: (a: Code, count: number): Code => [a, i32.constant(count), ...simd(0xcb)],
  shiftRight: (a: Code, count: number): Code => [a, i32.constant(count), ...simd(0xcd)],
  /** Extracts the low 32 bits of a lane. */
  lowWord: (a: Code, lane: 0 | 1): Code => [a, ...simd(0x1b), 2 * lane],
  add: simdBinary(0xce),
  sub: simdBinary(0xd1),
} as const;

/** A local variable. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** Makes a loop. Its body repeats as long as the code that `again` makes, at its end, finds its condition true. */
export function loop(body: (again: (condition: Code) => Code) => Code): Code {
  return [0x03, 0x40, body((condition) => [condition, 0x0d, 0]), 0x0b];
}

/** Makes a statement that runs `then` if the condition is true, and `otherwise` if it is not. */
export function when(condition: Code, then: Code, otherwise?: Code): Code {
  return [condition, 0x04, 0x40, then, ...(otherwise === undefined ? [] : [0x05, otherwise]), 0x0b];
}

/** Fills a part of the memory with zeros. */
export function memoryFill(address: number, bytes: number): Code {
  return [i32.constant(address), i32.constant(0), i32.constant(bytes), 0xfc, 11, 0];
}

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function under construction. Its parameters are its first locals. */
export class FunctionBuilder {
  readonly parameters: readonly Local[];
  readonly signature: Signature;
  readonly #locals: ValueType[] = [];
  readonly #preamble: Code[] = [];
  readonly #constants = new Map<string, Local>();
  body: Code = [];

  constructor(parameters: readonly ValueType[], results: readonly ValueType[] = []) {
    this.signature = { parameters, results };
    this.parameters = parameters.map((_, index) => localAt(index));
  }

  /** Declares a local variable. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return localAt(this.signature.parameters.length + this.#locals.length - 1);
  }

  /** Gives a constant vector, which is set once before the body. Equal constants share a local variable. */
  constant(code: Code): Code {
    const key = code.flat(4).join();
    let known = this.#constants.get(key);
    if (known === undefined) {
      known = this.local("v128");
      this.#preamble.push(known.set(code));
      this.#constants.set(key, known);
    }
    return known.get;
  }

  /** Encodes the declarations of locals and the code. */
  encode(): number[] {
    const groups: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    const out: number[] = [...unsigned(groups.length)];
    for (const [count, type] of groups) out.push(...unsigned(count), valueTypes[type]);
    flatten([this.#preamble, this.body, 0x0b], out);
    return out;
  }
}

function localAt(index: number): Local {
  const place = unsigned(index);
  return { get: [0x20, ...place], set: (value) => [value, 0x21, ...place] };
}

function flatten(code: Code, out: number[]): void {
  for (let i = 0; i < code.length; i++) {
    const item = code[i]!;
    if (typeof item === "number") out.push(item);
    else flatten(item, out);
  }
}

/** Calls the function of an index. */
export function call(index: number, ...operands: readonly Code[]): Code {
  return [...operands, 0x10, ...unsigned(index)];
}
