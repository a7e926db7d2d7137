/** Makes options that have two defaults: a quick one and, with `--full`, that of the paper. */

import { z } from "zod";
import { thing } from "../../arguments.ts";
import { checkOption } from "../../options.ts";

/** A size in a protocol. */
export interface ProtocolSize {
  /** Default without `--full`. It makes the whole experiment take about a minute. */
  readonly quick: number;
  /** Default with `--full`: that of the paper. */
  readonly full: number;
  /** Meaning of the size, for `--help`. */
  readonly meaning: string;
}

/**
 * Largest size that is taken. Beyond it a list of the runs alone does not fit into memory, and the command would say so
 * after minutes.
 */
export const largestSize = 1_000_000;

/** Sizes of a protocol, as fields of a schema and as numbers. */
export interface ProtocolSizes<Name extends string> {
  /** Fields of the experiment's schema: `full`, and each size. */
  readonly shape: { readonly full: z.ZodDefault<z.ZodBoolean> } & Readonly<Record<Name, z.ZodOptional<z.ZodNumber>>>;
  /** Gives each size: the one given explicitly, otherwise the default that `full` chooses. */
  of(
    options: { readonly full: boolean } & { readonly [K in Name]?: number | undefined },
  ): Readonly<Record<Name, number>>;
}

/**
 * Makes options for the sizes of a protocol. A size is a positive integer. If it is not given, its default is the quick
 * one, or with `full` that of the paper. Spread `shape` into the schema of the experiment's options, and call `of` with
 * the options in its `run`.
 *
 * @example
 * const sizes = protocolSizes({ searches: { quick: 10, full: 100, meaning: "number of starts" } });
 * console.log(sizes.of({ full: false }).searches, sizes.of({ full: true }).searches);
 * console.log(sizes.of({ full: true, searches: 7 }).searches);
 * // 10 100
 * // 7
 */
export function protocolSizes<Name extends string>(spec: Readonly<Record<Name, ProtocolSize>>): ProtocolSizes<Name> {
  checkOption("protocolSizes", "spec", spec, thing("an object of sizes", {}));
  for (const [name, size] of Object.entries(spec)) checkOption("protocolSizes", name, size, sizeRule);
  const names = Object.keys(spec) as Name[];
  const fields = names.map((name) => {
    const { quick, full, meaning } = spec[name];
    const described =
      quick === full ? `${meaning} (default: ${full})` : `${meaning} (default: ${quick}, full: ${full})`;
    return [name, z.number().int().positive().max(largestSize).optional().describe(described)] as const;
  });
  return {
    shape: {
      full: z.boolean().default(false).describe("run the paper's protocol instead of a quick one"),
      ...(Object.fromEntries(fields) as Record<Name, z.ZodOptional<z.ZodNumber>>),
    },
    of: (options) =>
      Object.fromEntries(
        names.map((name) => [name, options[name] ?? spec[name][options.full ? "full" : "quick"]]),
      ) as Record<Name, number>,
  };
}

const sizeRule = thing("a size, with quick, full and meaning", { quick: "number", full: "number", meaning: "string" });
