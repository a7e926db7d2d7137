import type { HloWriter, Value } from "../hlo/writer.ts";

/** Methods whose steps run on the device, many in one call. */
export const loopMethods = ["gradientDescent", "momentum", "adam"] as const;
export type LoopMethod = (typeof loopMethods)[number];

/** Numbers of a method. What a method does not have is not used. */
export interface LoopSettings {
  /** Step size eta. */
  readonly stepSize: number;
  /** Decay beta of momentum, or beta1 of Adam. Default 0.9. */
  readonly decay?: number;
  /** Decay beta2 of Adam's squares. Default 0.999. */
  readonly squareDecay?: number;
  /** Number epsilon that is added to Adam's root mean square. Default 1e-8. */
  readonly damping?: number;
}

/** The settings in the order in which the module reads them. */
export function settingsOf({ stepSize, decay = 0.9, squareDecay = 0.999, damping = 1e-8 }: LoopSettings): Float64Array {
  return Float64Array.of(stepSize, decay, squareDecay, damping);
}

/** What a step makes of the point and the state. */
interface Stepped {
  readonly point: Value;
  readonly state: readonly Value[];
}

interface Rule {
  /** Lengths of the arrays of the state, of which those that end in 1 begin with 1 and the others with 0. */
  state(n: number): readonly { readonly length: number; readonly start: 0 | 1 }[];
  step(w: HloWriter, point: Value, field: Value, state: readonly Value[], settings: readonly Value[]): Stepped;
}

/** A scalar, repeated. */
const wide = (w: HloWriter, x: Value, like: Value): Value => w.broadcast(x, [], like.shape);

const descend = (w: HloWriter, point: Value, stepSize: Value, direction: Value): Value =>
  w.apply("subtract", point, w.apply("multiply", wide(w, stepSize, point), direction));

/** (1 - b) x + b y for a scalar b. */
function mixed(w: HloWriter, b: Value, x: Value, y: Value): Value {
  const fresh = wide(w, w.apply("subtract", 1, b), x);
  return w.apply("add", w.apply("multiply", wide(w, b, y), y), w.apply("multiply", fresh, x));
}

/** sqrt((1 - b) x^2 + b r^2), without overflow or underflow of a square. */
function rootMean(w: HloWriter, b: Value, x: Value, r: Value): Value {
  const size = w.apply("maximum", w.apply("abs", x), w.apply("abs", r));
  const unit = w.select(w.compare("EQ", size, 0), 1, size);
  const [a, c] = [w.apply("divide", x, unit), w.apply("divide", r, unit)];
  const mean = mixed(w, b, w.apply("multiply", a, a), w.apply("multiply", c, c));
  return w.apply("multiply", unit, w.apply("sqrt", mean));
}

export const loopRules: Readonly<Record<LoopMethod, Rule>> = {
  gradientDescent: {
    state: () => [],
    step: (w, point, field, _, [stepSize]) => ({ point: descend(w, point, stepSize!, field), state: [] }),
  },
  momentum: {
    state: (n) => [{ length: n, start: 0 }],
    step(w, point, field, [before], [stepSize, decay]) {
      const velocity = w.apply("add", w.apply("multiply", wide(w, decay!, before!), before!), field);
      return { point: descend(w, point, stepSize!, velocity), state: [velocity] };
    },
  },
  adam: {
    state: (n) => [
      { length: n, start: 0 },
      { length: n, start: 0 },
      { length: 2, start: 1 },
    ],
    step(w, point, field, [mean, before, powers], [stepSize, decay, squareDecay, damping]) {
      const m = mixed(w, decay!, field, mean!);
      const r = rootMean(w, squareDecay!, field, before!);
      const decays = w.concatenate([w.reshape(decay!, [1]), w.reshape(squareDecay!, [1])], 0);
      const power = w.apply("multiply", powers!, decays);
      const left = w.apply("subtract", 1, power);
      const part = (i: number): Value => w.reshape(w.slice(left, [i], [i + 1]), []);
      const mHat = w.apply("divide", m, wide(w, part(0), m));
      const root = w.apply("divide", r, wide(w, w.apply("sqrt", part(1)), r));
      const divisor = w.apply("add", root, wide(w, damping!, root));
      const direction = w.select(w.compare("EQ", divisor, 0), 0, w.apply("divide", mHat, divisor));
      return { point: descend(w, point, stepSize!, direction), state: [m, r, power] };
    },
  },
};
