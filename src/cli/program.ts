/** The command line: its commands and their help. */
import { Command } from "commander";
import { version } from "../experiments/threads/version.ts";
import { base } from "./base.ts";
import { checkCommand } from "./commands/checkCommand.ts";
import { doctorCommand } from "./commands/doctorCommand.ts";
import { figureCommand } from "./commands/figureCommand.ts";
import { listCommand } from "./commands/listCommand.ts";
import { recoverCommand } from "./commands/recoverCommand.ts";
import { replayCommand } from "./commands/replayCommand.ts";
import { resumeCommand } from "./commands/resumeCommand.ts";
import { runCommand } from "./commands/runCommand.ts";
import { serveCommand } from "./commands/serveCommand.ts";
import { verifyCommand } from "./commands/verifyCommand.ts";

const examples = `
Examples:
  fluxion run                            search for a critical point of an autoencoder; watch it in the browser
  fluxion run bilinear --method gda      run another experiment, with an option of its own
  fluxion run bilinear --help            show the options of an experiment
  fluxion run ./mine.ts --seed 7         run your own: a module whose default export is experiment({ ... })
  fluxion serve runs/bilinear-1          look at finished runs in the browser
  fluxion replay runs/bilinear-1 --columns step,squaredFieldNorm --format csv
  fluxion figure loss-index runs/dlae-1  draw what was found, as SVG
  fluxion check ./mine.ts                check the derivatives
  fluxion resume runs/bilinear-1         continue an interrupted experiment
  fluxion verify runs/bilinear-1         check the files: is anything damaged?
  fluxion doctor                         show what does the computing, and what would make it faster

Every command has --help. Exit codes: 0 on success, 1 if check does not confirm the derivatives or files are damaged, 2 after an
error (--debug shows where it comes from), 130 after Ctrl-C.`;

/** Makes the whole command; `exit` receives the exit code of what ran. */
export function program(exit: (code: number) => void): Command {
  const root = base(new Command("fluxion"))
    .description("Optimisation as a stream: run experiments, watch them live, look at them again later.")
    .version(version, "--version", "print the version")
    .enablePositionalOptions()
    .addHelpText("after", examples);
  root.addCommand(
    base(new Command("run"))
      .description("run an experiment, by name or from a module of your own")
      .usage("[experiment or ./module.ts] [options]")
      .argument("[arguments...]")
      // An experiment's options become known when its module is loaded, so the command parses its arguments itself.
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (given: string[]) => exit(await runCommand(given))),
  );
  root.addCommand(
    base(new Command("check"))
      .description("compare an experiment's derivatives with finite differences")
      .usage("[experiment or ./module.ts] [options]")
      .argument("[arguments...]")
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (given: string[]) => exit(await checkCommand(given))),
  );
  root.addCommand(listCommand());
  root.addCommand(resumeCommand(exit));
  root.addCommand(serveCommand());
  root.addCommand(replayCommand(exit));
  root.addCommand(figureCommand());
  root.addCommand(verifyCommand(exit));
  root.addCommand(recoverCommand(exit));
  root.addCommand(doctorCommand());
  return root;
}
