/** `campaign.json`: what a campaign is, for all of its workers, wherever they run. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readOwnFile } from "../../arrow/checks/ownFiles.ts";
import { jsonSeal, sealedJson } from "../../arrow/checks/sealedJson.ts";
import { failure } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { writeAtomically } from "../../sinks/atomicFile.ts";
import { makeDirectory } from "../../sinks/files.ts";
import type { ModuleSource } from "../threads/protocol.ts";
import { buildName } from "./build.ts";
import { shortHash } from "./fingerprint.ts";

/** Everything of which a run of the campaign is a function, apart from its index. */
export interface CampaignSpec {
  /** Name of the experiment. */
  readonly name: string;
  readonly source: ModuleSource;
  /** Options as they were given; the schema supplies the defaults. */
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  /** Number of searches. */
  readonly count: number;
  /** Every how manieth search keeps all its rows, in a directory of its own; 0: none does. */
  readonly keepEvery: number;
  /** What computes, as `executorFingerprint` names it. */
  readonly executor: string;
  /** Version and build of fluxion, as `buildName` gives them. */
  readonly version: string;
}

/** Name of the file. */
const campaignFileName = "campaign.json";

/** Makes the id of a campaign: equal for workers whose runs have equal bits. Where the module lies does not count. */
export function campaignId({ name, source, options, seed, count, executor, version: own }: CampaignSpec): string {
  const { hash, files = {}, packages, uses } = source;
  const more = packages === undefined && uses === undefined ? [] : [packages, uses?.hash, uses?.files, uses?.packages];
  return shortHash(name, hash, files, options, seed, count, executor, own, ...more);
}

/** Completes what is known of a campaign once its experiment was loaded. */
export function newSpec(about: Omit<CampaignSpec, "version">): CampaignSpec {
  return { ...about, version: buildName() };
}

/**
 * Notes in a directory what the campaign is, unless it says so already.
 *
 * @throws ERR_EXPERIMENT_DIRECTORY if the directory holds another campaign, with what differs; ERR_WRITE
 */
export function claimCampaign(directory: string, spec: CampaignSpec): void {
  makeDirectory("campaign", directory);
  if (!existsSync(join(directory, campaignFileName))) {
    writeAtomically("campaign", join(directory, campaignFileName), sealedJson({ format: 1, ...spec }));
  }
  // Shards begin at the same moment: whoever wrote last, all of them have to mean the same.
  const there = readCampaign(directory);
  const changes = differences(there, spec);
  if (changes.length === 0) return;
  const portable = there.executor === spec.executor ? "" : `. ${mixedMachines}`;
  throw failure(
    "ERR_EXPERIMENT_DIRECTORY",
    `${directory} holds another campaign: ${changes.join("; ")}${portable}. ` +
      "Go on with what began it, or choose another directory by --out",
  );
}

/** Advice for machines whose last bits differ. */
export const mixedMachines = "For machines that differ, begin the campaign with --portable";

/** Refuses parts of another campaign: those of a machine with other bits, or of another version. */
export function refuseForeign(directory: string, id: string): (worker: string, campaign: string) => void {
  return (worker, campaign) => {
    if (campaign === id) return;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory}: the worker ${worker} has written ends of another campaign (${campaign} instead of ${id}), ` +
        `with other options, another version or another executor. ${mixedMachines}, and move its parts elsewhere`,
    );
  };
}

/** What differs between two campaigns, in words: `seed: 1 there, 2 here`. */
export function differences(there: CampaignSpec, here: CampaignSpec): string[] {
  const changes: string[] = [];
  for (const key of ["name", "seed", "count", "keepEvery", "executor", "version"] as const) {
    if (there[key] !== here[key]) changes.push(`${words[key]}: ${there[key]} there, ${here[key]} here`);
  }
  const options = new Set([...Object.keys(there.options), ...Object.keys(here.options)]);
  for (const name of options) {
    const [before, now] = [there.options[name], here.options[name]].map((value) => JSON.stringify(value));
    if (before !== now) changes.push(`${name}: ${before ?? "default"} there, ${now ?? "default"} here`);
  }
  if (campaignId({ ...there, source: here.source }) !== campaignId(there)) {
    const changed = [...changedSources(there.source, here.source)];
    changes.push(`the files of its module have changed${changed.length === 0 ? "" : `: ${changed.join(", ")}`}`);
  }
  return changes;
}

/** Most files that a message names. */
const mostNames = 5;

/** Names files and packages that differ. */
function changedSources(there: ModuleSource, here: ModuleSource): Set<string> {
  const changed = new Set<string>();
  for (const kind of ["files", "packages"] as const) {
    const [before = {}, now = {}] = [there[kind], here[kind]];
    for (const name of Object.keys({ ...before, ...now })) {
      if (before[name] === now[name]) continue;
      if (changed.size === mostNames) return changed.add("and more");
      changed.add(kind === "files" ? name : `${name} ${before[name] ?? "absent"} there, ${now[name] ?? "absent"} here`);
    }
  }
  if (there.uses !== undefined && here.uses !== undefined) {
    for (const name of changedSources(there.uses, here.uses)) changed.add(name);
  }
  return changed;
}

const words = {
  name: "experiment",
  seed: "seed",
  count: "searches",
  keepEvery: "--keep",
  executor: "executor",
  version: "version of fluxion",
} as const;

/** Reads the file. @throws ERR_EXPERIMENT_DIRECTORY if there is none, or it is damaged */
export function readCampaign(directory: string): CampaignSpec {
  const path = join(directory, campaignFileName);
  if (!existsSync(path)) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${directory} is not the directory of a campaign: it has no ${campaignFileName}; fluxion campaign makes one`,
    );
  }
  const text = readOwnFile(path).toString("utf8");
  return specFrom(text, path);
}

/** Reads a campaign from JSON with a checksum. @throws ERR_EXPERIMENT_DIRECTORY if it is damaged or of another format */
export function specFrom(text: string, where: string): CampaignSpec {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${where} is damaged: it is not valid JSON`, { cause });
  }
  if (jsonSeal(text) === "damaged") {
    throw failure("ERR_EXPERIMENT_DIRECTORY", `${where} is damaged: its checksum does not fit`);
  }
  const { format, checksum: _, ...spec } = (data ?? {}) as Partial<Record<string, unknown>>;
  const { name, source, options, seed, count, keepEvery, executor } = spec as Partial<CampaignSpec>;
  if (
    format !== 1 ||
    typeof name !== "string" ||
    typeof source?.module !== "string" ||
    typeof options !== "object" ||
    typeof executor !== "string" ||
    !(Number.isSafeInteger(seed) && Number.isSafeInteger(count) && Number.isSafeInteger(keepEvery))
  ) {
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${where} is not a campaign that this version of fluxion can read (format ${JSON.stringify(format)}); ` +
        "use the version that wrote it",
    );
  }
  return spec as unknown as CampaignSpec;
}

/** A campaign as JSON with a checksum. */
export function specText(spec: CampaignSpec): string {
  return sealedJson({ format: 1, ...spec });
}
