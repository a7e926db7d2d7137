import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { failure } from "../../errors.ts";
import { showValue } from "../../options.ts";

/**
 * Splits a command into its program and arguments, by spaces and by quotes as in `sh`. There is no shell: `$HOME`, `*`,
 * `|` and `;` are characters like all others.
 *
 * @param who what the command was given to, in messages
 * @throws ERR_OPTION_RANGE for a command without a word, with an open quote or with a NUL
 */
export function commandWords(who: string, command: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < command.length; i++) {
    const character = command[i]!;
    if (character === "\0") throw refused(who, "without a NUL character", command);
    if (quote !== "'" && character === "\\" && i + 1 < command.length) word = (word ?? "") + command[++i];
    else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") throw refused(who, `in which each ${quote} has its partner`, command);
  if (word !== undefined) words.push(word);
  if (words.length === 0 || words[0] === "")
    throw refused(who, "such as ./tell.sh or 'mail -s event me@example.org'", command);
  return words;
}

/**
 * Checks that there is a program, so that a mistyped name shows before the run and not at its first event.
 *
 * @throws ERR_OPTION_RANGE
 */
export function checkProgram(who: string, program: string): void {
  // Windows finds programs by rules of its own.
  if (process.platform === "win32") return;
  const places = program.includes("/")
    ? [program]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder === "" ? "." : folder, program));
  if (places.some(isProgram)) return;
  const why = program.includes("/") ? "no program that you may execute stands there" : "no folder of PATH has it";
  throw failure(
    "ERR_OPTION_RANGE",
    `${who}: cannot run ${showValue(program)}: ${why}. There is no shell; for one, write: sh -c '...'`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function refused(who: string, expected: string, command: string): Error {
  return failure("ERR_OPTION_RANGE", `${who}: expected a command ${expected}, got ${showValue(command)}`);
}
