/** Kronecker-factored blocks A (x) G as plain data: averaged, decomposed, inverted. */
import { symmetricEigen } from "../../../linalg/dense/dense.ts";
import type { KroneckerFactors } from "../../../problems/outputs/kroneckerFactors.ts";
import type { ParameterBlock } from "../../../problems/problem.ts";

/** A layer's factors with their eigenvalues and eigenvectors. */
export interface FactoredBlock extends KroneckerFactors {
  readonly inputValues: Float64Array;
  readonly inputVectors: Float64Array;
  readonly slopeValues: Float64Array;
  readonly slopeVectors: Float64Array;
}

/** Averages factors with those before: decay old + (1 - decay) new. */
export function averaged(
  factors: readonly KroneckerFactors[],
  before: readonly KroneckerFactors[] | undefined,
  decay: number,
): readonly KroneckerFactors[] {
  if (before === undefined || decay === 0) return factors;
  const mix = (fresh: Float64Array, old: Float64Array): Float64Array =>
    fresh.map((entry, i) => decay * old[i]! + (1 - decay) * entry);
  return factors.map((layer, l) => ({
    ...layer,
    inputMoment: mix(layer.inputMoment, before[l]!.inputMoment),
    slopeMoment: mix(layer.slopeMoment, before[l]!.slopeMoment),
  }));
}

/** Decomposes the factors. Cost: 9 (inputs^3 + outputs^3) operations per layer. */
export function decomposed(factors: readonly KroneckerFactors[]): readonly FactoredBlock[] {
  return factors.map((layer) => {
    const [a, g] = [symmetricEigen(layer.inputMoment), symmetricEigen(layer.slopeMoment)];
    // Moments have no negative eigenvalues but by rounding.
    const positive = (values: Float64Array): Float64Array => values.map((value) => Math.max(0, value));
    return {
      ...layer,
      inputValues: positive(a.values),
      inputVectors: a.vectors,
      slopeValues: positive(g.values),
      slopeVectors: g.vectors,
    };
  });
}

/** Trace of the block-diagonal matrix. */
export function traceOf(factors: readonly KroneckerFactors[]): number {
  const trace = (matrix: Float64Array, n: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += matrix[i * (n + 1)]!;
    return sum;
  };
  return factors.reduce(
    (sum, { inputMoment, slopeMoment, inputs, outputs }) =>
      sum + trace(inputMoment, inputs) * trace(slopeMoment, outputs),
    0,
  );
}

/** How an eigenvalue a of A and g of G are inverted together. */
interface Inversion {
  /** Factor alpha of the blocks. */
  readonly scale: number;
  /** Number beta that is added to them. */
  readonly shift: number;
  /** Whether sqrt(shift) is shared out between the factors instead. */
  readonly factored: boolean;
  /** Share of a block's largest eigenvalue up to which others count as zero, where nothing is added. */
  readonly cutoff: number;
}

/** Writes the inverse of the blocks times the gradient into `out`. */
export function solveBlocks(
  layers: readonly FactoredBlock[],
  blocks: readonly ParameterBlock[],
  gradient: Float64Array,
  inversion: Inversion,
  out: Float64Array,
): void {
  for (const layer of layers) {
    const { inputs: k, outputs: m, inputVectors, slopeVectors } = layer;
    const v = gathered(layer, blocks, gradient);
    const [first, second] = [new Float64Array(k * m), new Float64Array(k * m)];
    // Rows of the arrays of vectors are eigenvectors: V <- U_A^T V U_G.
    rowsTimes(inputVectors, v, first, k, k, m, false);
    timesColumns(first, slopeVectors, second, k, m, true);
    const divide = divisorOf(layer, inversion);
    for (let i = 0; i < k; i++) for (let j = 0; j < m; j++) second[i * m + j] = divide(second[i * m + j]!, i, j);
    timesColumns(second, slopeVectors, first, k, m, false);
    rowsTimes(inputVectors, first, v, k, k, m, true);
    scattered(layer, blocks, v, out);
  }
}

function divisorOf(
  { inputValues, slopeValues, inputs, outputs }: FactoredBlock,
  { scale, shift, factored, cutoff }: Inversion,
): (entry: number, i: number, j: number) => number {
  if (shift === 0) {
    const least = cutoff * inputValues.at(-1)! * slopeValues.at(-1)!;
    return (entry, i, j) => {
      const value = inputValues[i]! * slopeValues[j]!;
      return value > least ? entry / (scale * value) : 0;
    };
  }
  if (!factored) return (entry, i, j) => entry / (scale * inputValues[i]! * slopeValues[j]! + shift);
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, g] = [mean(inputValues), mean(slopeValues)];
  const pi = a > 0 && g > 0 ? Math.sqrt(a / g) : Math.sqrt(inputs / outputs);
  const root = Math.sqrt(shift / scale);
  return (entry, i, j) => entry / (scale * (inputValues[i]! + pi * root) * (slopeValues[j]! + root / pi));
}

/** The entries of a layer's weights and bias as a matrix [W; b], inputs x outputs. */
function gathered(
  { weights, bias, inputs, outputs, transposed }: FactoredBlock,
  blocks: readonly ParameterBlock[],
  from: Float64Array,
): Float64Array {
  const v = new Float64Array(inputs * outputs);
  const rows = bias === undefined ? inputs : inputs - 1;
  const { offset } = blocks[weights]!;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < outputs; j++)
      v[i * outputs + j] = from[offset + (transposed ? j * rows + i : i * outputs + j)]!;
  }
  if (bias !== undefined) {
    const { offset: at } = blocks[bias]!;
    for (let j = 0; j < outputs; j++) v[rows * outputs + j] = from[at + j]!;
  }
  return v;
}

function scattered(
  { weights, bias, inputs, outputs, transposed }: FactoredBlock,
  blocks: readonly ParameterBlock[],
  v: Float64Array,
  out: Float64Array,
): void {
  const rows = bias === undefined ? inputs : inputs - 1;
  const { offset } = blocks[weights]!;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < outputs; j++) out[offset + (transposed ? j * rows + i : i * outputs + j)] = v[i * outputs + j]!;
  }
  if (bias !== undefined) out.set(v.subarray(rows * outputs), blocks[bias]!.offset);
}

/** out <- U V, or U^T V, where the rows of U, k x k, are eigenvectors and V is k x m. */
function rowsTimes(
  u: Float64Array,
  v: Float64Array,
  out: Float64Array,
  rows: number,
  inner: number,
  m: number,
  transposed: boolean,
): void {
  out.fill(0);
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < inner; l++) {
      const factor = transposed ? u[l * rows + i]! : u[i * inner + l]!;
      if (factor === 0) continue;
      for (let j = 0; j < m; j++) out[i * m + j] = out[i * m + j]! + factor * v[l * m + j]!;
    }
  }
}

/** out <- V U^T, or V U, where the rows of U, m x m, are eigenvectors and V is k x m. */
function timesColumns(
  v: Float64Array,
  u: Float64Array,
  out: Float64Array,
  k: number,
  m: number,
  transposed: boolean,
): void {
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let l = 0; l < m; l++) sum += v[i * m + l]! * (transposed ? u[j * m + l]! : u[l * m + j]!);
      out[i * m + j] = sum;
    }
  }
}
