/** The command line: its commands and their help. */
import { Command } from "commander";
import { version } from "../experiments/threads/version.ts";
import { base } from "./base.ts";

const examples = `
Examples:
  fluxion run                            search for a critical point of an autoencoder; watch it in the browser
  fluxion run bilinear --method gda      run another experiment, with an option of its own
  fluxion run bilinear --help            show the options of an experiment
  fluxion run ./mine.ts --seed 7         run your own: a module whose default export is experiment({ ... })
  fluxion campaign dlae --searches 100000   many searches, of which the ends are kept (docs/scale-out.md)
  fluxion serve runs/bilinear-1          look at finished runs in the browser
  fluxion replay runs/bilinear-1 --columns step,squaredFieldNorm --format csv
  fluxion list --runs --sort loss        find runs by what was found; show, compare, tag, note, rename, rm keep order
  fluxion convert runs/dlae-1 -o dlae.parquet
  fluxion figure loss-index runs/dlae-1  draw what was found, as SVG
  fluxion check ./mine.ts                check the derivatives
  fluxion certify runs/dlae-1            prove which ends lie next to critical points
  fluxion resume runs/bilinear-1         continue an interrupted experiment
  fluxion verify runs/bilinear-1         check the files: is anything damaged?
  fluxion doctor                         show what does the computing, and what would make it faster

Every command has --help. Exit codes: 0 on success, 1 if check does not confirm the derivatives, files are damaged or a
certificate is undecided, 2 after an error (--debug shows where it comes from), 130 after Ctrl-C.
run and resume: 3 if the one run diverged, 4 if it met NaN; --fail-on chooses others (docs/alerts.md).`;

type Exit = (code: number) => void;

interface Entry {
  readonly name: string;
  readonly description: string;
  /** Name, description and default of each argument. */
  readonly arguments?: readonly (readonly [name: string, description: string, fallback?: string])[];
  /**
   * Loads the rest of the command: its options and what it does. Only the command that runs is loaded, since all of them
   * together take ten times as long as Node itself.
   */
  readonly load: () => Promise<(command: Command, exit: Exit) => void>;
}

const tree = "directory of a run or an experiment, or one that holds several experiments";

const labelled = ["<directory>", "directory of a run or an experiment"] as const;

const anything: Entry["arguments"] = [["[arguments...]", "name or module of the experiment, and options"]];

const toCertify: Entry["arguments"] = [
  ["[arguments...]", "directory of an experiment or a run, or an experiment with --points <file>"],
];
const certifyUsage = "<directory, experiment or ./module.ts> [options]";

const entries: readonly Entry[] = [
  {
    name: "run",
    description: "run an experiment, by name or from a module of your own",
    arguments: anything,
    load: async () => parsingItself((await import("./commands/runCommand.ts")).runCommand),
  },
  {
    name: "campaign",
    description: "run many searches of an experiment and keep their ends, on one machine or on many",
    arguments: anything,
    load: async () => parsingItself((await import("./commands/campaignCommand.ts")).campaignCommand),
  },
  {
    name: "worker",
    description: "run searches of a campaign that is divided by a queue on Redis",
    arguments: [["[module]", "module of the experiment, unless it is a built-in one"]],
    load: async () => (await import("./commands/workerCommand.ts")).workerCommand,
  },
  {
    name: "merge",
    description: "put the parts of a campaign together: check them, say what is missing, write a Parquet data set",
    arguments: [["<directory...>", "directories of the campaign; the first one gets the data set"]],
    load: async () => (await import("./commands/mergeCommand.ts")).mergeCommand,
  },
  {
    name: "check",
    description: "compare an experiment's derivatives with finite differences",
    arguments: anything,
    load: async () => parsingItself((await import("./commands/checkCommand.ts")).checkCommand),
  },
  {
    name: "certify",
    description: "prove which ends of an experiment lie next to critical points, and which are far from any",
    arguments: toCertify,
    load: async () => parsingItself((await import("./commands/certifyCommand.ts")).certifyCommand, certifyUsage),
  },
  {
    name: "slice",
    description: "show the loss along lines through a point of a run",
    arguments: [["<directory>", "directory of a run or an experiment"]],
    load: async () => (await import("./commands/sliceCommand.ts")).sliceCommand,
  },
  {
    name: "list",
    description: "list the experiments that can be run, and find what has been run: verdicts, sort, filter",
    arguments: [["[directory]", "directory of experiments or runs (default: runs)"]],
    load: async () => (await import("./commands/listCommand.ts")).listCommand,
  },
  {
    name: "show",
    description: "show what a run or an experiment is and what was found, with a plot in the terminal",
    arguments: [["<directory>", "directory of a run or an experiment"]],
    load: async () => (await import("./commands/showCommand.ts")).showCommand,
  },
  {
    name: "compare",
    description: "compare runs: settings that differ, final values, and their courses as SVG",
    arguments: [["<directory...>", "directories of runs or experiments"]],
    load: async () => (await import("./commands/compareCommand.ts")).compareCommand,
  },
  {
    name: "tag",
    description: "add tags to a run or an experiment, by which list finds it",
    arguments: [labelled, ["[tags...]", "words; without any, the tags are printed"]],
    load: async () => (await import("./commands/labelCommands.ts")).tagCommand,
  },
  {
    name: "note",
    description: "add a note to a run or an experiment",
    arguments: [labelled, ["[text...]", "the note; without one, the notes are printed"]],
    load: async () => (await import("./commands/labelCommands.ts")).noteCommand,
  },
  {
    name: "rename",
    description: "give a run or an experiment a name, which list shows; its directory stays where it is",
    arguments: [labelled, ["<name...>", "the name"]],
    load: async () => (await import("./commands/labelCommands.ts")).renameCommand,
  },
  {
    name: "rm",
    description: "remove runs or experiments, after asking",
    arguments: [["<directory...>", "directories of runs or experiments"]],
    load: async () => (await import("./commands/rmCommand.ts")).rmCommand,
  },
  {
    name: "convert",
    description: "write the rows of runs, all attempts merged, as one Arrow, Parquet or CSV file",
    arguments: [["<directory>", "directory of a run or an experiment, or one that holds several experiments"]],
    load: async () => (await import("./commands/convertCommand.ts")).convertCommand,
  },
  {
    name: "query",
    description: "ask all runs a question in SQL, by DuckDB",
    arguments: [
      ["<sql>", "one SELECT over the views runs, iterates and ends"],
      ["[directory]", "directory of runs or experiments", "runs"],
    ],
    load: async () => (await import("./commands/queryCommand.ts")).queryCommand,
  },
  {
    name: "resume",
    description: "continue an interrupted experiment, with the same iterates as without the interruption",
    arguments: [
      ["<directory>", "directory of the experiment, such as runs/dlae-1"],
      ["[module]", "path of the module that made it, unless it is a built-in experiment"],
    ],
    load: async () => (await import("./commands/resumeCommand.ts")).resumeCommand,
  },
  {
    name: "serve",
    description: "look at runs in the browser, finished ones and those that another process writes",
    arguments: [["<directory...>", "directories of runs or experiments, or one that holds several experiments"]],
    load: async () => (await import("./commands/serveCommand.ts")).serveCommand,
  },
  {
    name: "replay",
    description: "print the rows of a run as a table, CSV or JSON lines, or its events",
    arguments: [["<directory>", "directory of a run or an experiment"]],
    load: async () => (await import("./commands/replayCommand.ts")).replayCommand,
  },
  {
    name: "figure",
    description: "draw a figure from the files of an experiment, as SVG; without arguments, list the figures",
    arguments: [
      ["[name]", "name of the figure"],
      ["[directory]", "directory of an experiment or a run, or one that holds several experiments"],
    ],
    load: async () => (await import("./commands/figureCommand.ts")).figureCommand,
  },
  {
    name: "verify",
    description: "check the files of runs: what is whole, what is damaged, which steps are lost",
    arguments: [["<directory>", tree]],
    load: async () => (await import("./commands/verifyCommand.ts")).verifyCommand,
  },
  {
    name: "recover",
    description: "write what is whole of damaged runs into a new directory",
    arguments: [["<directory>", tree]],
    load: async () => (await import("./commands/recoverCommand.ts")).recoverCommand,
  },
  {
    name: "doctor",
    description: "show what does the computing on this machine, and what would make it faster",
    load: async () => (await import("./commands/doctorCommand.ts")).doctorCommand,
  },
  {
    name: "device",
    description: "install what computes on a GPU, or list what is installed",
    arguments: [
      ["<action>", "install or list"],
      ["[plugin]", "cpu, cuda or rocm"],
    ],
    load: async () => (await import("./commands/deviceCommand.ts")).deviceCommand,
  },
];

/**
 * Makes the whole command, with the options of the one that `given` names.
 *
 * @param given arguments that it will parse
 * @param exit receives the exit code of what ran
 */
export async function program(given: readonly string[], exit: Exit): Promise<Command> {
  const root = base(new Command("fluxion"))
    .description("Optimisation as a stream: run experiments, watch them live, look at them again later.")
    .version(version, "--version", "print the version")
    .enablePositionalOptions()
    .addHelpText("after", examples);
  const words = given.filter((word) => !word.startsWith("-"));
  const wanted = words[0] === "help" ? words[1] : words[0];
  for (const { name, description, arguments: operands = [], load } of entries) {
    const command = base(new Command(name)).description(description);
    for (const operand of operands) command.argument(...operand);
    if (name === wanted) (await load())(command, exit);
    // The list of commands says of each whether it has options.
    else if (operands !== anything && operands !== toCertify) command.option("--debug");
    root.addCommand(command);
  }
  return root;
}

/** An experiment's options become known when its module is loaded, so that the command parses its arguments itself. */
function parsingItself(
  act: (given: string[]) => Promise<number>,
  usage = "[experiment or ./module.ts] [options]",
): (command: Command, exit: Exit) => void {
  return (command, exit) => {
    command
      .usage(usage)
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (words: string[]) => exit(await act(words)));
  };
}
