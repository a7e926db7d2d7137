/** `fluxion figure`: draws figures from the files of an experiment. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { didYouMean } from "../../didYouMean.ts";
import { failure } from "../../errors.ts";
import { builtInFigures } from "../../figures/builtIn.ts";
import { recordedRun } from "../../figures/figure.ts";
import { writeFailure } from "../../sinks/files.ts";
import { say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import { readableRuns, runsIn } from "../runDirectories.ts";

const examples = `
Examples:
  fluxion figure                                    list the figures
  fluxion figure loss-index runs/dlae-1             write runs/dlae-1/loss-index.svg
  fluxion figure flatness runs/mnist-autoencoder-1 -o flatness.svg`;

/** Adds the options of `fluxion figure` and what it does. */
export function figureCommand(command: Command): void {
  command
    .option("-o, --output <file>", "file to write, or - for standard output (default: <directory>/<name>.svg)")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", examples)
    .action(async (name: string | undefined, directory: string | undefined, flags: { readonly output?: string }) => {
      if (name === undefined) {
        const rows = builtInFigures.map((figure) => [figure.name, figure.summary, figure.from]);
        for (const line of tableLines(["figure", "what it shows", "drawn from"], rows)) say(line);
        return;
      }
      await draw(name, directory, flags.output);
    });
}

async function draw(name: string, directory: string | undefined, output: string | undefined): Promise<void> {
  const names = builtInFigures.map((figure) => figure.name);
  const figure = builtInFigures[names.indexOf(name)];
  if (figure === undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      `no figure is called "${name}".${didYouMean(name, names)} There are ${names.join(", ")}`,
    );
  }
  if (directory === undefined) {
    throw failure(
      "ERR_COMMAND_LINE",
      `figure ${name}: expected the directory of an experiment, got none; fluxion list shows the experiments in runs/`,
    );
  }
  const runs = readableRuns(runsIn(directory)).map((run) => recordedRun(run.name, run.directory));
  const svg = await figure.draw({ directory, runs });
  if (output === "-") {
    process.stdout.write(svg);
    return;
  }
  const path = output ?? join(directory, `${name}.svg`);
  try {
    writeFileSync(path, svg);
  } catch (error) {
    throw writeFailure("figure", resolve(path), error);
  }
  say(path);
}
