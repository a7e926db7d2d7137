import type { Command } from "commander";

/** What all commands have in common: they throw instead of ending the process, and speak as `fluxion:`. */
export function base(command: Command): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "fluxion: ")) });
}
