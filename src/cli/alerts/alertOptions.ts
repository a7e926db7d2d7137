/** The flags that say what to watch for, and whom to tell. They are never taken from a directory or a viewer. */
import { Option } from "commander";
import { failure } from "../../errors.ts";
import { ruleNames, rulesFrom } from "../../experiments/rules/ruleList.ts";
import { checkProgram, commandWords } from "../../sinks/alerts/commandWords.ts";
import { webhookUrl } from "../../sinks/alerts/webhookCourier.ts";
import { secretLines } from "../serving.ts";

export interface AlertFlags {
  readonly alert?: string;
  readonly onEvent?: string;
  readonly webhook?: string;
  readonly webhookFile?: string;
}

/** What the flags ask for. */
export interface AlertWish {
  /** Rules, as they were typed. */
  readonly rules?: string;
  readonly command?: string;
  readonly url?: string;
}

export function alertOptions(): Option[] {
  return [
    new Option(
      "--alert <rules>",
      `what to watch for, separated by commas: ${ruleNames.join(", ")}, all, or conditions such as "value<1e-6" ` +
        "(default: all with --on-event or --webhook, else nothing); options in parentheses: stagnation(patience=50)",
    ),
    new Option("--on-event <command>", "command to run at each event, without a shell; it reads the event as JSON"),
    new Option("--webhook <url>", "URL to which each event is posted as JSON; other users see it in `ps`"),
    new Option("--webhook-file <path>", "file whose first line is that URL"),
  ];
}

/** Checks what the flags ask for, before anything begins. @throws ERR_COMMAND_LINE, ERR_OPTION_RANGE, ERR_READ */
export function alertWish({ alert, onEvent, webhook, webhookFile }: AlertFlags): AlertWish {
  if (webhook !== undefined && webhookFile !== undefined) {
    throw failure("ERR_COMMAND_LINE", "expected one of --webhook and --webhook-file, got both");
  }
  const url = webhookFile === undefined ? webhook : secretLines(webhookFile)[0]?.trim();
  if (onEvent !== undefined) checkProgram("--on-event", commandWords("--on-event", onEvent)[0]!);
  if (url !== undefined) webhookUrl(webhookFile === undefined ? "--webhook" : "--webhook-file", url);
  const rules = alert ?? (onEvent === undefined && url === undefined ? undefined : "all");
  if (rules !== undefined) rulesFrom(rules);
  return {
    ...(rules === undefined ? {} : { rules }),
    ...(onEvent === undefined ? {} : { command: onEvent }),
    ...(url === undefined ? {} : { url }),
  };
}
