import type { Command } from "commander";

/** Sets what all commands share: they throw instead of ending the process, and their errors begin with `fluxion:`. */
export function base(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "fluxion: ")) });
}
