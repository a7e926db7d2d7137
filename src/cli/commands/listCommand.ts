/** `fluxion list`: shows what can be run, and what has been run. */
import type { Command } from "commander";
import { defaultExperiment, summaries } from "../../experiments/catalogue/summaries.ts";
import { experimentIfWhole, experimentsIn, shownState } from "../experimentFile.ts";
import { say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";

/** Adds the options of `fluxion list` and what it does. */
export function listCommand(command: Command): void {
  command.option("--debug", "show where an error comes from").action((directory: string) => {
    const rows = Object.entries(summaries).map(([name, summary]) => [
      name,
      `${summary}${name === defaultExperiment ? " (the default)" : ""}`,
    ]);
    for (const line of tableLines(["experiment", "what it does"], rows)) say(line);
    say(
      "\nOptions of an experiment: fluxion run <experiment> --help. An experiment of your own: fluxion run ./module.ts",
    );
    const done = experimentsIn(directory);
    if (done.length === 0) return;
    say("");
    const found = done.map((path) => {
      const file = experimentIfWhole(path);
      if (file === undefined) return [path, "unknown: experiment.json is damaged", "", "", "", ""];
      const { name, seed, began, runs } = file;
      return [
        path,
        name,
        String(seed),
        shownState(path, file),
        String(runs.length),
        began.slice(0, 16).replace("T", " "),
      ];
    });
    for (const line of tableLines(["directory", "experiment", "seed", "state", "runs", "began (UTC)"], found)) {
      say(line);
    }
  });
}
