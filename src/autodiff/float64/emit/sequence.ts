import { type Code, type FunctionBuilder, f64x2 } from "../../../linalg/wasm/code.ts";

/** Straight-line code over pairs of numbers: statements in order, each value in a local of its own. */
export class Sequence {
  readonly statements: Code[] = [];
  readonly #known = new Map<string, Code>();
  readonly builder: FunctionBuilder;
  /** Whether a b + c is one instruction, where the engine has it. This changes last bits. */
  readonly fused: boolean;
  /** Returns the index of a function of one or two numbers that JavaScript computes. */
  readonly host: (name: string) => number;

  constructor(builder: FunctionBuilder, { fused, host }: { fused: boolean; host: (name: string) => number }) {
    this.builder = builder;
    this.fused = fused;
    this.host = host;
  }

  /**
   * Computes a value now and returns code that reads it, which may be used many times. The same code is computed once.
   */
  let(value: Code): Code {
    return this.remember("", value, () => this.again(value));
  }

  /** Computes a value now, even if the same code came before: what it reads may have changed. */
  again(value: Code): Code {
    const local = this.builder.local("v128");
    this.statements.push(local.set(value));
    return local.get;
  }

  /** Returns what `make` made when it was first called for this name and operand. */
  remember(name: string, operand: Code, make: () => Code): Code {
    const key = `${name} ${(operand as readonly unknown[]).flat(Number.POSITIVE_INFINITY).join()}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = make();
      this.#known.set(key, known);
    }
    return known;
  }

  number(value: number): Code {
    return this.builder.constant(f64x2.constant(value));
  }

  /** Emits a b + c. */
  multiplyAdd(a: Code, b: Code, c: Code): Code {
    return this.fused ? f64x2.relaxedMultiplyAdd(a, b, c) : f64x2.add(f64x2.mul(a, b), c);
  }

  /**
   * Emits sum_k coefficients[k] x^k by Estrin's scheme, which starts with pairs so that few operations wait for others.
   */
  polynomial(coefficients: readonly number[], x: Code): Code {
    let terms = coefficients.map((value) => this.number(value));
    let power = x;
    while (terms.length > 1) {
      const next: Code[] = [];
      for (let i = 0; i < terms.length; i += 2) {
        const [low, high] = [terms[i]!, terms[i + 1]];
        next.push(high === undefined ? low : this.let(this.multiplyAdd(high, power, low)));
      }
      terms = next;
      if (terms.length > 1) power = this.let(f64x2.mul(power, power));
    }
    return terms[0] ?? this.number(0);
  }
}
