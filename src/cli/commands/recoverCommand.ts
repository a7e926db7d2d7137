/** `fluxion recover`: writes what is whole of damaged files into a new directory. */
import { Command } from "commander";
import { base } from "../base.ts";
import { recoverFiles } from "../recoverFiles.ts";

const help = `
The damaged directory is only read. Whole batches are copied; run.json is written anew, counts the rows that there are,
and lists under "recovered" what is lost. A run whose last rows are lost counts as interrupted, so that fluxion resume
does them again from the checkpoint.

Examples:
  fluxion recover runs/dlae-1                          write runs/dlae-1-recovered
  fluxion recover runs/dlae-1/search-01 --to /tmp/search-01

Exit codes: 0 if nothing was lost, 1 if something was, 2 after an error.`;

export function recoverCommand(exit: (code: number) => void): Command {
  return base(new Command("recover"))
    .description("write what is whole of damaged runs into a new directory")
    .argument("<directory>", "directory of a run or an experiment, or one that holds several experiments")
    .option("--to <directory>", "directory to write, which must not exist (default: <directory>-recovered)")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action((directory: string, flags: { readonly to?: string }) => {
      const to = flags.to ?? `${directory.replace(/[/\\]+$/, "")}-recovered`;
      const { files, rows, lost } = recoverFiles(directory, to);
      for (const line of lost) console.log(line);
      if (lost.length > 0) console.log();
      console.log(`${rows} rows in ${files} files: ${to}`);
      exit(lost.length === 0 ? 0 : 1);
    });
}
