/** `fluxion recover`: writes what is whole of damaged files into a new directory. */
import type { Command } from "commander";
import { say } from "../output/say.ts";
import { recoverFiles } from "../recover/recoverFiles.ts";

const help = `
The damaged directory is only read. Whole batches are copied; run.json is written anew, counts the rows that there are,
and lists under "recovered" what is lost. A run whose last rows are lost counts as interrupted, so that fluxion resume
does them again from the checkpoint.

Examples:
  fluxion recover runs/dlae-1                          write runs/dlae-1-recovered
  fluxion recover runs/dlae-1/search-01 --to /tmp/search-01

Exit codes: 0 if nothing was lost, 1 if something was, 2 after an error.`;

/** Adds the options of `fluxion recover` and what it does. */
export function recoverCommand(command: Command, exit: (code: number) => void): void {
  command
    .option("--to <directory>", "directory to write, which must not exist (default: <directory>-recovered)")
    .option("--debug", "show where an error comes from")
    .addHelpText("after", help)
    .action((directory: string, flags: { readonly to?: string }) => {
      const to = flags.to ?? `${directory.replace(/[/\\]+$/, "")}-recovered`;
      const { files, rows, lost } = recoverFiles(directory, to);
      for (const line of lost) say(line);
      if (lost.length > 0) say();
      say(`${rows} rows in ${files} files: ${to}`);
      exit(lost.length === 0 ? 0 : 1);
    });
}
