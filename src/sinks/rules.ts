/** Rules of the options that several sinks have. */
import { pointRules } from "../arrow/points.ts";

/** Rule of an option that is false unless it is given. */
export const flag = { default: false, oneOf: [true, false] } as const;

/** Rules of the options of every sink that records rows. `checkLimits` checks the limits in `batch`. */
export const recordingRules = {
  batch: {
    expected: "an object of limits, such as { rows: 256 }",
    is: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
  },
  ...pointRules,
} as const;

/** Rules of the options of sinks that write files. */
export const fileRules = {
  ...recordingRules,
  overwrite: flag,
  sync: flag,
  moved: { default: "end", oneOf: ["end", "beside"] },
  onMessage: { expected: "a function of the message", is: (value: unknown) => typeof value === "function" },
} as const;
