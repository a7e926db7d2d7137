/** `fluxion merge`: puts the parts of a campaign together, and says what is missing. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { describeDamage } from "../../arrow/checks/damage.ts";
import { failure } from "../../errors.ts";
import { campaignId, differences, readCampaign, refuseForeign } from "../../experiments/campaigns/campaignSpec.ts";
import { FailureFollower } from "../../experiments/campaigns/failures.ts";
import { formatIndices, type IndexBits } from "../../experiments/campaigns/indexSet.ts";
import { mergeParts } from "../../experiments/campaigns/mergeParts.ts";
import { writeDataSet } from "../campaigns/parquetDataSet.ts";
import { note, say } from "../output/say.ts";
import { shown } from "../trust.ts";
import { commandAgain } from "./campaignCommand.ts";

const help = `
Each search is there once in the result, however many workers ran it. An end that another worker wrote too, with the same
bits, is dropped; one with other bits is an error that names both workers. Damaged batches are passed over, and their
searches are missing then. Exit code: 0 if all searches are there, 1 if some are missing or something is damaged.

Examples:
  fluxion merge runs/many                     check the parts, and write runs/many/ends.parquet
  fluxion merge runs/many /mnt/other/many     also parts that were written elsewhere
  duckdb -c "select \\"end\\", count(*) from 'runs/many/ends.parquet/*.parquet' group by 1"`;

/** Adds the options of `fluxion merge` and what it does. */
export function mergeCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--no-parquet", "check the parts only")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action(async (directories: string[], { parquet }: { parquet: boolean }) =>
      exit(await merge(directories, parquet)),
    );
}

/** Most characters of the list of missing searches. */
const longestList = 2000;

async function merge(directories: readonly string[], parquet: boolean): Promise<number> {
  const [directory, ...others] = directories as [string, ...string[]];
  const spec = readCampaign(directory);
  for (const other of others) {
    const changes = differences(spec, readCampaign(other));
    if (changes.length === 0) continue;
    throw failure(
      "ERR_EXPERIMENT_DIRECTORY",
      `${other} holds another campaign than ${directory}: ${changes.join("; ")}`,
    );
  }
  const foreign = new Map(directories.map((each) => [resolve(each), refuseForeign(each, campaignId(spec))]));
  let whole = true;
  const merged = mergeParts(
    [...new Set(directories.map((each) => resolve(each)))],
    spec.count,
    ({ worker, campaign }) => foreign.get(resolve(directory))!(worker, campaign),
    (damage) => {
      whole = false;
      note(`fluxion: ${describeDamage(damage)}`);
    },
  );
  const { there, repeats, workers, parts, torn } = merged;
  for (const { path, bytes } of torn) {
    note(`fluxion: ${path} ends with ${bytes} bytes of a batch: its worker was killed, or still writes it`);
  }
  const from = `${parts} ${parts === 1 ? "part" : "parts"} of ${workers.size} ${workers.size === 1 ? "worker" : "workers"}`;
  say(`${there.size} of ${spec.count} searches are there, in ${from}`);
  if (repeats > 0) say(`${repeats} were run again with the same bits, and are there once`);
  const missing = formatIndices(missingOf(there));
  if (missing !== "") {
    say(`missing: ${missing.length <= longestList ? missing : `${missing.slice(0, longestList)} ...`}`);
    tellFailures(directories, there);
    const { module } = spec.source;
    const again = commandAgain(module === "built-in" ? spec.name : shown(module), spec, directory);
    say("the same campaign again runs just these:");
    say(`  ${again}${missing.length <= longestList ? ` --indices ${missing}` : ""}`);
  }
  if (parquet) say(`data set: ${await writeDataSet(directory, merged)}`);
  return missing === "" && whole ? 0 : 1;
}

function* missingOf(there: IndexBits): Generator<number> {
  for (let index = 0; index < there.count; index++) if (!there.has(index)) yield index;
}

/** Says why searches failed that are not there. */
function tellFailures(directories: readonly string[], there: IndexBits): void {
  const causes = new Map<number, string>();
  for (const directory of directories) {
    for (const { search, cause, worker } of new FailureFollower(directory).read()) {
      if (search < there.count && !there.has(search)) causes.set(search, `${cause} (${worker})`);
    }
  }
  for (const [search, cause] of [...causes].sort(([a], [b]) => a - b).slice(0, 20)) say(`  search ${search}: ${cause}`);
  if (causes.size > 20) say(`  and ${causes.size - 20} more have failed`);
}
