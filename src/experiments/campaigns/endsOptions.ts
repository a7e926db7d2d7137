/** Options of a campaign of ends in programs. */
import { callable, path, textual, thing } from "../../arguments.ts";
import type { JsonValue } from "../../json.ts";
import { type KindRule, type OptionRules, readOptions } from "../../options.ts";
import type { EndsCampaign } from "./endsCampaign.ts";
import type { CampaignEngine } from "./engines.ts";
import { parseIndices } from "./indexSet.ts";
import type { SetAside } from "./work.ts";

/** Options of {@link campaign} for campaigns of which the ends are kept: up to millions of searches. */
export interface EndsCampaignOptions {
  /** Directory of the campaign, with the ends in `parts/`. It is made if it is missing. */
  readonly directory: string;
  /** Options of the experiment, by name. Defaults come from its schema. */
  readonly options?: Readonly<Record<string, JsonValue>>;
  /** Seed of everything random. Default 1. */
  readonly seed?: number;
  /**
   * Whether the runs have the same bits on every machine, which takes longer. Workers with different BLAS kernels need
   * it. Default: whether `FLUXION_EXECUTOR` is `portable`.
   */
  readonly portable?: boolean;
  /** What runs the searches: `threads()` of this process, or workers at a queue on Redis, `bullmq({ queue })`. */
  readonly engine: CampaignEngine;
  /** The searches that are wanted, such as `"5,17-20"` or, every eighth one, `"2-99999:8"`. Default: all. */
  readonly indices?: string;
  /**
   * Order in which ends are emitted. `"index"`: that of the searches, so that the stream is the same whatever runs them;
   * ends that come before their turn wait in memory, about 1 kB each. `"arrival"`: at once. Default `"index"`.
   */
  readonly order?: "index" | "arrival";
  /** Every how manieth search keeps all its rows too, in a directory of its own; 0: none does. Default 0. */
  readonly keepEvery?: number;
  /**
   * Called at the end for each search that failed three times, or killed its workers. Default: the stream ends with
   * ERR_CAMPAIGN_INCOMPLETE if there is one.
   */
  readonly onSetAside?: (search: SetAside) => void;
  /** Gets a line now and then: that the queue waits for workers, or that a thread has died. */
  readonly onNote?: (line: string) => void;
}

const engineRule: KindRule = {
  expected: "an engine: threads() or bullmq()",
  is: (value: unknown) =>
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    ["threads", "bullmq"].includes(String(value.kind)),
  secret: true,
};

const endsRules = {
  directory: { ...path, required: true },
  engine: { ...engineRule, required: true },
  options: { ...thing("an object", {}), default: {} },
  seed: { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER, default: 1 },
  portable: { oneOf: [true, false] },
  indices: textual,
  order: { oneOf: ["index", "arrival"], default: "index" },
  keepEvery: { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 },
  onSetAside: callable,
  onNote: callable,
} as const satisfies OptionRules<EndsCampaignOptions>;

/** Checks the options and fills in their defaults. @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE, ERR_OPTION_UNKNOWN, ERR_COMMAND_LINE */
export function readEndsOptions(options: EndsCampaignOptions): Omit<EndsCampaign, "experiment"> {
  const { indices, ...checked } = readOptions("campaign", options, endsRules);
  return { ...checked, indices: indices === undefined ? undefined : parseIndices(indices, "campaign") };
}
