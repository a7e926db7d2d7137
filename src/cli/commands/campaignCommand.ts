/** `fluxion campaign`: runs many searches of an experiment and keeps their ends, here or on many machines. */
import { join } from "node:path";
import { Command, Option } from "commander";
import { failure } from "../../errors.ts";
import {
  type CampaignSpec,
  campaignId,
  claimCampaign,
  newSpec,
  refuseForeign,
} from "../../experiments/campaigns/campaignSpec.ts";
import { type CampaignThread, startCampaignThread } from "../../experiments/campaigns/campaignThread.ts";
import type { CampaignEngine } from "../../experiments/campaigns/engines.ts";
import type { IndexRanges } from "../../experiments/campaigns/indexSet.ts";
import { runEngine } from "../../experiments/campaigns/runEngine.ts";
import { Work } from "../../experiments/campaigns/work.ts";
import { startSearchTeam } from "../../experiments/threads/searchTeam.ts";
import { shellWord } from "../../shellWord.ts";
import { base } from "../base.ts";
import { indicesOption, keepOption, type Shard, shardOption, wantedRanges } from "../campaigns/campaignOptions.ts";
import { campaignSession } from "../campaigns/campaignSession.ts";
import { redisFrom } from "../campaigns/redisOptions.ts";
import { commandOf } from "../ending/nextCommand.ts";
import { experimentOf, readArguments } from "../experimentArguments.ts";
import { type ExecutorChoice, executorOption, useExecutor } from "../options/executorOption.ts";
import { portableOptions } from "../options/portableOptions.ts";
import { seedOption } from "../options/seedOption.ts";
import { workersOption } from "../options/workersOption.ts";
import { note } from "../output/say.ts";

interface Flags {
  readonly seed: number;
  readonly out?: string;
  readonly workers: number;
  readonly portable?: boolean;
  readonly executor?: ExecutorChoice;
  readonly keep: number;
  readonly shard?: Shard;
  readonly indices?: IndexRanges;
  readonly engine: "threads" | "bullmq";
  readonly queue?: string;
  readonly redis?: string;
}

const examples = `
The ends of all searches are in the directory's parts/, whatever ends the command. The same command again goes on with
what is missing. fluxion merge puts the parts together and says which searches are missing. docs/scale-out.md says
which engine is for what.

Examples:
  fluxion campaign dlae --searches 100000 --out runs/many         in threads of this machine
  fluxion campaign dlae --searches 100000 --shard 3/8 --out runs/many   the third of eight parts
  fluxion campaign dlae --searches 100000 --engine bullmq --queue many --redis redis://10.0.0.5 --out /shared/many
  fluxion merge runs/many                                         check, and write a Parquet data set`;

/** Runs what the arguments after `campaign` ask for; returns the exit code. */
export async function campaignCommand(given: readonly string[]): Promise<number> {
  const bare = generalCommand("fluxion campaign").allowUnknownOption().helpOption(false).exitOverride();
  const { operands, unknown } = bare.parseOptions([...given]);
  const wanted = operands[0];
  if (wanted === undefined) {
    if (unknown.includes("--help") || unknown.includes("-h")) {
      process.stdout.write(help());
      return 0;
    }
    throw failure("ERR_COMMAND_LINE", "expected an experiment with a campaign, such as fluxion campaign dlae");
  }
  const experiment = experimentOf(wanted);
  const portable = useExecutor(bare.opts<Flags>());
  const reader = startSearchTeam(experiment, portable);
  let options: CampaignSpec["options"];
  let flags: Flags;
  try {
    const described = await reader.next("described");
    const command = generalCommand(`fluxion campaign ${wanted}`);
    ({ options, general: flags } = readArguments<Flags>(described, command, wanted, given, "campaign"));
    const checked = reader.next("checked");
    reader.post({ kind: "check", options });
    await checked;
  } finally {
    await reader.close();
  }
  const { seed, keep } = flags;
  const start = (): CampaignThread => startCampaignThread({ experiment, options, seed }, portable);
  const first = start();
  try {
    const { name, source, count, executor } = await first.prepared;
    const spec = newSpec({ name, source, options, seed, count, keepEvery: keep, executor });
    return await run({ flags, spec, wanted, first, start, portable });
  } finally {
    await first.close();
  }
}

/** Most searches of which it is told that they come last. */
const mostSuspects = 10;

interface Ready {
  readonly flags: Flags;
  readonly spec: CampaignSpec;
  /** The experiment as it was typed. */
  readonly wanted: string;
  /** A thread that has come to the campaign. */
  readonly first: CampaignThread;
  readonly start: () => CampaignThread;
  readonly portable: boolean;
}

async function run({ flags, spec, wanted, first, start, portable }: Ready): Promise<number> {
  const id = campaignId(spec);
  const { out = join("runs", `${spec.name}-${id}`), shard, workers, engine } = flags;
  const ranges = wantedRanges(spec.count, flags);
  claimCampaign(out, spec);
  // Who names searches wants them, whatever they did before.
  const work = new Work(out, spec.count, ranges, refuseForeign(out, id), () => {}, flags.indices !== undefined);
  note(`${spec.name}: ${work.wanted} searches${shard === undefined ? "" : `, shard ${shard.number} of ${shard.of}`}`);
  const status = shard === undefined ? "status" : `status-${shard.number}-of-${shard.of}`;
  note(`files: ${out}, page: ${join(out, `${status}.html`)}`);
  if (work.doneOfWanted > 0) note(`${work.doneOfWanted} of them are there already`);
  for (const [search, times] of work.suspects.slice(0, mostSuspects)) {
    const often = times === 1 ? "once" : `${times} times`;
    note(`fluxion: a process was lost ${often} while it ran search ${search}, which comes last now`);
  }
  const again = commandAgain(wanted, spec, out, portable, flags.executor);
  return campaignSession({
    directory: out,
    title: `${spec.name}, seed ${spec.seed}${shard === undefined ? "" : `, shard ${shard.number} of ${shard.of}`}`,
    work,
    status,
    run: async (signal, tell) => {
      const chosen: CampaignEngine =
        engine === "bullmq" ? { kind: engine, ...redisFrom(flags) } : { kind: engine, workers };
      await runEngine(chosen, { work, directory: out, spec, first, start, signal, tell });
    },
    next: (state) => [
      `${state === "stopped" ? "stopped; the ends so far are" : "the ends are"} in ${out}`,
      `  npx fluxion merge ${shellWord(out)}   check them, and write a Parquet data set`,
      ...(state === "stopped" ? [`  ${again}   continue`] : []),
    ],
  });
}

/** The command that goes on with a campaign. */
export function commandAgain(
  experiment: string,
  { options, seed, keepEvery, executor }: CampaignSpec,
  out: string,
  portable = executor === "portable",
  chosen?: ExecutorChoice,
): string {
  const keep = keepEvery === 0 ? "" : ` --keep ${keepEvery}`;
  const more = `${keep}${portable ? " --portable" : chosen === undefined ? "" : ` --executor ${chosen}`}`;
  return `${commandOf({ experiment, options }, {}, "campaign")} --seed ${seed}${more} --out ${shellWord(out)}`;
}

/** The text of `fluxion campaign --help`. */
function help(): string {
  const command = generalCommand("fluxion campaign")
    .usage("<experiment or ./module.ts> [options]")
    .description(
      "Runs the searches of an experiment's campaign and keeps their ends. Each experiment has its own options: " +
        "fluxion campaign <experiment> --help",
    );
  return `${command.helpInformation()}${examples}\n`;
}

function generalCommand(name: string): Command {
  const command = base(new Command(name))
    .addOption(seedOption())
    .option(
      "--out <directory>",
      "directory of the campaign (default: runs/<experiment>-<id>, the same for the same campaign)",
    )
    .addOption(keepOption())
    .addOption(workersOption())
    .addOption(shardOption())
    .addOption(indicesOption())
    .addOption(
      new Option("--engine <engine>", "what runs the searches: threads of this process, or workers at a queue")
        .choices(["threads", "bullmq"])
        .default("threads"),
    )
    .option("--queue <name>", "name of the queue (default: the name of the experiment)")
    .option("--redis <url>", "redis:// or rediss:// (default: FLUXION_REDIS_URL, else redis://127.0.0.1:6379)");
  for (const option of [executorOption(), ...portableOptions()]) command.addOption(option);
  return command.option("--debug", "show where an error comes from");
}
