/** Options that have two defaults: a quick one, and the paper's one with `--full`. */
import { z } from "zod";

/** A number of a protocol. */
export interface ProtocolSize {
  /** Default without `--full`: the whole experiment takes about a minute. */
  readonly quick: number;
  /** Default with `--full`: the paper's. */
  readonly full: number;
  readonly meaning: string;
}

export interface ProtocolSizes<Name extends string> {
  /** Fields of the experiment's schema: `full`, and each size. */
  readonly shape: { readonly full: z.ZodDefault<z.ZodBoolean> } & Readonly<Record<Name, z.ZodOptional<z.ZodNumber>>>;
  /** What was given explicitly, else the default that `full` chooses. */
  of(
    options: { readonly full: boolean } & { readonly [K in Name]?: number | undefined },
  ): Readonly<Record<Name, number>>;
}

/**
 * The sizes of a protocol as options: positive integers that override what `--full` or its absence chooses.
 *
 * @example
 * const sizes = protocolSizes({ searches: { quick: 10, full: 100, meaning: "starts of each method" } });
 * experiment({ name, summary, options: z.object(sizes.shape), run: (options) => searches(sizes.of(options).searches) });
 */
export function protocolSizes<Name extends string>(spec: Readonly<Record<Name, ProtocolSize>>): ProtocolSizes<Name> {
  const names = Object.keys(spec) as Name[];
  const fields = names.map((name) => {
    const { quick, full, meaning } = spec[name];
    const described =
      quick === full ? `${meaning} (default: ${full})` : `${meaning} (default: ${quick}, full: ${full})`;
    return [name, z.number().int().positive().optional().describe(described)] as const;
  });
  return {
    shape: {
      full: z.boolean().default(false).describe("the paper's protocol instead of a quick one"),
      ...(Object.fromEntries(fields) as Record<Name, z.ZodOptional<z.ZodNumber>>),
    },
    of: (options) =>
      Object.fromEntries(
        names.map((name) => [name, options[name] ?? spec[name][options.full ? "full" : "quick"]]),
      ) as Record<Name, number>,
  };
}
