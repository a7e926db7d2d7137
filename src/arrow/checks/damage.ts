/** Damaged parts of files: what a reader knows about them, and how it says so. */
import { thing } from "../../arguments.ts";
import { checkOption } from "../../options.ts";

/** A damaged part of a stream. Steps and batches are undefined where nothing tells them. */
export interface Damage {
  /** Name of the source, usually its path. */
  readonly source: string;
  /** Place of the first damaged byte's message. */
  readonly offset: number;
  /** Number of bytes up to the next whole message, or to the end. */
  readonly bytes: number;
  /** Reason, in words. */
  readonly why: string;
  /** Number of batches lost. */
  readonly batches: number | undefined;
  /** Number of rows lost. */
  readonly rows: number | undefined;
  /** First step of which rows may be lost; undefined: the first step of the stream. */
  readonly fromStep: number | undefined;
  /** Last step of which rows may be lost; undefined: the last step of the stream. */
  readonly toStep: number | undefined;
}

/**
 * Says in one line which rows a damaged part has cost.
 *
 * @example
 * const damages: string[] = [];
 * replay("runs/a", { onDamage: (damage) => damages.push(describeDamage(damage)) }).subscribe({
 *   complete: () => console.log(damages.join("\n")),
 * });
 * // runs/a/iterates-0001.arrows is damaged at byte 52000: its bytes do not match their checksum; 256 rows of steps 256 to 511 are lost
 */
export function describeDamage(damage: Damage): string {
  checkOption(
    "describeDamage",
    "damage",
    damage,
    thing("a damage, as readRun tells it", { source: "string", why: "string" }),
  );
  const { source, offset, why, ...lost } = damage;
  return `${source} is damaged at byte ${offset}: ${why}; ${describeLoss(lost)}`;
}

/** Says which rows are lost. */
function describeLoss({
  batches,
  rows,
  fromStep,
  toStep,
}: Pick<Damage, "batches" | "rows" | "fromStep" | "toStep">): string {
  if (batches === 0) return "no rows are lost";
  const steps =
    fromStep === undefined
      ? toStep === undefined
        ? "unknown steps"
        : `the first steps up to ${toStep}`
      : toStep === undefined
        ? `step ${fromStep} and later steps`
        : `steps ${fromStep} to ${toStep}`;
  const counted =
    rows !== undefined
      ? `${rows} ${rows === 1 ? "row" : "rows"} of ${steps} ${rows === 1 ? "is" : "are"}`
      : batches === undefined
        ? `rows of ${steps} are`
        : `${batches} ${batches === 1 ? "batch" : "batches"} with rows of ${steps} ${batches === 1 ? "is" : "are"}`;
  return `${counted} lost`;
}
