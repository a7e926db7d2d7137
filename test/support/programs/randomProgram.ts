import * as tf from "@tensorflow/tfjs";
import * as fc from "../fastCheck.ts";
import type { LossCase } from "../losses/lossCase.ts";
import { elementwise, type Instruction, mixing, moving } from "./instructions.ts";

/** Numbers that choose operation, operands and attributes. */
type Step = readonly [operation: number, first: number, second: number, choice: number];

/** A function of tensors, drawn at random. */
export interface Program {
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}

const shapes = [[4], [2, 3], [3, 2], [2, 2, 3], [], [1, 3], [6]] as const;
/** Tensors larger than this are not made. */
const largest = 24;
const families: readonly Readonly<Record<string, Instruction>>[] = [elementwise, elementwise, mixing, moving];
const instructions = families.flatMap((family) => Object.entries(family));

export const programs: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(fc.constantFrom(...shapes), { minLength: 1, maxLength: 3 }),
  steps: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 2, maxLength: 10 }),
});

/** The names of what it does, for messages. */
export function describeProgram({ shapes: own, steps }: Program): string {
  const names = steps.map(([operation]) => instructions[operation % instructions.length]![0]);
  return `${names.join(", ")} on ${JSON.stringify(own)}`;
}

/**
 * Runs on traced and on ordinary tensors alike: the last tensors, weighted, are the loss.
 *
 * They go through asinh: a sine of large numbers would lose the digits that TensorFlow.js's float32 has of them.
 */
export function lossOf(program: Program): LossCase {
  return {
    name: describeProgram(program),
    shapes: program.shapes,
    loss(...parameters) {
      const known = [...parameters];
      for (const [operation, first, second, choice] of program.steps) {
        const [, instruction] = instructions[operation % instructions.length]!;
        // Later tensors are taken more often, so that programs grow deep.
        const pick = (n: number): tf.Tensor => known[Math.max(n % known.length, (n >> 8) % known.length)]!;
        let rest = choice;
        const made = instruction(pick(first), pick(second), (count) => {
          const chosen = rest % count;
          rest = Math.floor(rest / count);
          return chosen;
        });
        if (made !== undefined && made.size > 0 && made.size <= largest) known.push(made);
      }
      const last = known.slice(-3).map((x, i) => tf.mul(1 + 0.5 * i, tf.mean(tf.asinh(x))));
      return tf.addN([...last, ...parameters.map((x) => tf.mul(0.1, tf.mean(tf.square(x))))]);
    },
  };
}
