/** `fluxion tag`, `fluxion note` and `fluxion rename`: what a person says of a run or an experiment. */
import type { Command } from "commander";
import { failure } from "../../errors.ts";
import { changeLabels, type Labels, labelsFileName, readLabels, refuseOther } from "../finding/labels.ts";
import { say } from "../output/say.ts";

const where = `
Labels are kept in ${labelsFileName} beside run.json or experiment.json, also while the run goes on. fluxion list shows
and filters them, and fluxion show prints them.`;

/** Adds the options of `fluxion tag` and what it does. */
export function tagCommand(command: Command): void {
  command
    .option("--remove", "remove the tags instead")
    .option("--debug", "show where an error comes from")
    .addHelpText(
      "after",
      `${where}

Examples:
  fluxion tag runs/dlae-1 paper good         add two tags
  fluxion tag runs/dlae-1 good --remove      remove one
  fluxion tag runs/dlae-1                    print them
  fluxion list --filter tags=paper           find what has a tag`,
    )
    .action(async (directory: string, tags: readonly string[], { remove }: { readonly remove?: boolean }) => {
      for (const tag of tags) checkTag(tag);
      if (tags.length === 0) {
        refuseOther("tag", directory);
        for (const tag of readLabels(directory).tags) say(tag);
        return;
      }
      const labels = await changeLabels("tag", directory, (before) => {
        const others = before.tags.filter((tag) => !tags.includes(tag));
        const added = tags.filter((tag, i) => !before.tags.includes(tag) && tags.indexOf(tag) === i);
        return { ...before, tags: remove === true ? others : [...before.tags, ...added] };
      });
      say(`${directory}: ${labels.tags.length === 0 ? "no tags" : labels.tags.join(" ")}`);
    });
}

function checkTag(tag: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._:/+-]{0,63}$/u.test(tag)) return;
  throw failure(
    "ERR_COMMAND_LINE",
    `tag: expected a word of at most 64 letters, digits and . _ : / + -, got "${tag}"; a sentence is a note: fluxion note`,
  );
}

/** Longest note and name. More would bury the list. */
const longest = { note: 10_000, name: 200 };

/** Adds the options of `fluxion note` and what it does. */
export function noteCommand(command: Command): void {
  command
    .option("--remove <number>", "remove the note of this number, as they are printed")
    .option("--debug", "show where an error comes from")
    .addHelpText(
      "after",
      `${where}

Examples:
  fluxion note runs/dlae-1 "index jumps at step 40, see search-03"
  fluxion note runs/dlae-1                   print the notes
  fluxion note runs/dlae-1 --remove 1        remove the first`,
    )
    .action(async (directory: string, words: readonly string[], { remove }: { readonly remove?: string }) => {
      const text = checkText("note", words.join(" "));
      if (text !== "" && remove !== undefined) {
        throw failure("ERR_COMMAND_LINE", "note: expected a text or --remove, got both");
      }
      refuseOther("note", directory);
      if (remove !== undefined) {
        await changeLabels("note", directory, (before) => without(before, remove));
      } else if (text !== "") {
        const note = { at: new Date().toISOString(), text };
        await changeLabels("note", directory, (before) => ({ ...before, notes: [...before.notes, note] }));
      }
      for (const line of noteLines(readLabels(directory))) say(line);
    });
}

/** The notes with their numbers and days. */
export function noteLines({ notes }: Labels): string[] {
  return notes.map(({ at, text }, i) => `${i + 1}  ${at.slice(0, 16).replace("T", " ")}  ${text}`);
}

function without(before: Labels, given: string): Labels {
  const number = Number(given);
  if (!/^\d+$/.test(given) || number < 1 || number > before.notes.length) {
    const there = before.notes.length === 0 ? "there are none" : `there are 1 to ${before.notes.length}`;
    throw failure("ERR_COMMAND_LINE", `--remove: expected the number of a note, got "${given}"; ${there}`);
  }
  return { ...before, notes: before.notes.filter((_, i) => i !== number - 1) };
}

function checkText(what: keyof typeof longest, text: string): string {
  if (text.length <= longest[what]) return text.trim();
  throw failure("ERR_COMMAND_LINE", `${what}: expected at most ${longest[what]} characters, got ${text.length}`);
}

/** Adds the options of `fluxion rename` and what it does. */
export function renameCommand(command: Command): void {
  command
    .option("--debug", "show where an error comes from")
    .addHelpText(
      "after",
      `${where}
The directory keeps its path, so that links to it and a run that still goes on are not broken.

Examples:
  fluxion rename runs/dlae-1 "noise, wide net"   what fluxion list shows from now on
  fluxion rename runs/dlae-1 ""                  back to no name`,
    )
    .action(async (directory: string, words: readonly string[]) => {
      const name = checkText("name", words.join(" "));
      if (/[\r\n]/.test(name)) throw failure("ERR_COMMAND_LINE", "rename: expected a name of one line");
      await changeLabels("rename", directory, ({ name: _, ...before }) => ({
        ...before,
        ...(name === "" ? {} : { name }),
      }));
      say(name === "" ? `${directory}: no name` : `${directory}: ${name}`);
    });
}
