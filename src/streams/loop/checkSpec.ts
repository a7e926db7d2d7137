import { failure } from "../../errors.ts";
import { checkOption } from "../../options.ts";
import type { OperatorSpec } from "./slot.ts";

/**
 * Checks an operator's specification.
 *
 * @throws ERR_OPTION_TYPE, ERR_OPTION_RANGE for one that cannot work
 */
export function checkSpec(who: string, spec: OperatorSpec & { readonly step: unknown; readonly init?: unknown }): void {
  const { name, step, init, settings = {}, columns = {} } = (spec ?? {}) as Partial<typeof spec>;
  if (typeof name !== "string" || name === "") {
    throw failure(
      "ERR_OPTION_TYPE",
      `${who}: expected a name, got ${JSON.stringify(name)}; it stands in messages and checkpoints`,
    );
  }
  if (typeof step !== "function") {
    throw failure("ERR_OPTION_TYPE", `${name}: expected step to be a function, got ${typeof step}`);
  }
  if (init !== undefined && typeof init !== "function") {
    throw failure("ERR_OPTION_TYPE", `${name}: expected init to be a function, got ${typeof init}`);
  }
  for (const [key, setting] of Object.entries(settings)) checkOption(name, key, setting.value, setting);
  for (const [key, { meaning, kind = "number", values }] of Object.entries(columns)) {
    if (typeof meaning !== "string" || !["number", "vector", "category"].includes(kind)) {
      throw failure(
        "ERR_OPTION_TYPE",
        `${name}: expected the column "${key}" to have a meaning and a kind "number", "vector" or "category"`,
      );
    }
    if (kind === "category" && (values === undefined || values.length === 0)) {
      throw failure("ERR_OPTION_TYPE", `${name}: expected values for the category column "${key}", got none`);
    }
  }
}
