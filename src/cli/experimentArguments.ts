/** Finds the experiment that is meant, and reads its options, which its schema gives once its module is loaded. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { didYouMean } from "../didYouMean.ts";
import { failure } from "../errors.ts";
import { summaries } from "../experiments/catalogue/summaries.ts";
import { type Flag, flagValue } from "../experiments/threads/flags.ts";
import { isModulePath, requireModule } from "../experiments/threads/importModule.ts";
import type { FromWorker, WorkerData } from "../experiments/threads/protocol.ts";
import type { JsonValue } from "../json.ts";

type Described = Extract<FromWorker, { kind: "described" }>;

/** Finds a built-in experiment by its name, or a module by its path. @throws ERR_COMMAND_LINE, ERR_MODULE */
export function experimentOf(wanted: string): WorkerData["experiment"] {
  const names = Object.keys(summaries);
  if (names.includes(wanted)) return { name: wanted };
  if (isModulePath(wanted)) {
    const path = resolve(wanted);
    requireModule(path);
    return { path };
  }
  const file = [".ts", ".js", ".mjs"].map((extension) => `${wanted}${extension}`).find((name) => existsSync(name));
  const hint = file === undefined ? didYouMean(wanted, names) : ` For the module in this directory, write ./${file}.`;
  throw failure(
    "ERR_COMMAND_LINE",
    `no experiment is called "${wanted}".${hint} There are ${names.join(", ")}. ` +
      `For a module of your own, give its path: ./${wanted}.ts`,
  );
}

/**
 * Reads the experiment's options from what was typed after the command's name.
 *
 * @param general the command with the flags that it has itself
 * @param wanted the experiment as typed; undefined if none was typed, which means the default one
 * @param who name of the command in messages
 */
export function readArguments<General extends object>(
  described: Described,
  general: Command,
  wanted: string | undefined,
  given: readonly string[],
  who = "run",
): { readonly options: Record<string, JsonValue>; readonly general: General } {
  const command = general.usage("[options]").description(described.summary).argument("[experiment]");
  const heading = `Options of ${described.name}:`;
  for (const flag of described.flags) {
    for (const option of optionsOf(flag)) command.addOption(option.helpGroup(heading));
  }
  command.parse([...given], { from: "user" });
  const values = command.opts<General & Record<string, unknown>>();
  // The experiment must come first. Otherwise an unknown option has taken its place: `--samples dlae`.
  if (command.args[0] !== wanted) {
    throw failure(
      "ERR_COMMAND_LINE",
      `"${command.args[0] ?? wanted}" comes after an option of an experiment; ` +
        `put the experiment first: fluxion ${who} ${command.args[0] ?? wanted} ...`,
    );
  }
  const options: Record<string, JsonValue> = {};
  for (const flag of described.flags) {
    const value = values[flag.key];
    if (value === undefined || command.getOptionValueSource(flag.key) === "default") continue;
    options[flag.key] = typeof value === "string" ? flagValue(flag, value) : (value as JsonValue);
  }
  return { options, general: values };
}

function optionsOf(flag: Flag): Option[] {
  const described = `${flag.description}${flag.required ? " (required)" : ""}`;
  if (flag.kind === "boolean") {
    const yes = new Option(flag.name, described);
    const no = new Option(`--no-${flag.name.slice(2)}`, `turn off: ${described}`);
    return flag.default === true ? [yes.hideHelp(), no] : [yes, no.hideHelp()];
  }
  const value =
    flag.choices?.join("|") ?? { number: "number", list: "a,b,...", text: "text", json: "value" }[flag.kind];
  const option = new Option(`${flag.name} <${value}>`, described);
  if (flag.default !== undefined) {
    // The help shows the default; the schema applies it.
    option.default(flag.default, Array.isArray(flag.default) ? flag.default.join(",") : String(flag.default));
  }
  return [option];
}
