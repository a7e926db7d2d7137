import type { DeviceName } from "../executorNames.ts";
import type { FieldEngine } from "../fieldEngine.ts";
import type { FieldParts } from "../fieldParts.ts";
import { measureSpeed, type Speed } from "./calibrate.ts";
import { devices, type FoundDevice, findDevices } from "./devices.ts";
import { workOfField } from "./work.ts";

/** Operations of a field below which no device is faster: its kernels take longer to start than to run. */
const leastWork = 1e7;

/** What `auto` chose for a field, and why. `own` stands for the executor of fluxion itself. */
interface Choice {
  readonly executor: DeviceName | "own";
  readonly why: string;
}

/** Chooses by the time that a gradient with so many operations takes. It is a function of its arguments alone. */
export function fastest(work: number, own: Speed, others: ReadonlyMap<DeviceName, Speed>): Choice {
  const time = ({ overhead, speed }: Speed): number => overhead + work / speed;
  let best: Choice["executor"] = "own";
  let least = time(own);
  for (const [name, speed] of others) {
    if (time(speed) < least) [best, least] = [name, time(speed)];
  }
  const times = [...others].map(([name, speed]) => `${name} about ${time(speed).toPrecision(2)} ms`);
  const why = `a gradient takes the CPU about ${time(own).toPrecision(2)} ms, ${times.join(", ")}`;
  return { executor: best, why };
}

/** The accelerators that there are, and in words why the others are out. */
export function accelerators(found: readonly FoundDevice[]): {
  readonly names: readonly DeviceName[];
  readonly why: string;
} {
  const names = found.flatMap((each) => ("description" in each && each.description.accelerator ? [each.name] : []));
  const others = found.map(
    (each) => `${each.name} ${"missing" in each ? "is not installed or unfit" : "found no GPU"}`,
  );
  return { names, why: `no accelerator: ${others.join(", ")}` };
}

let known: { readonly names: readonly DeviceName[]; readonly why: string } | undefined;
let speeds: { readonly own: Speed; readonly others: ReadonlyMap<DeviceName, Speed> } | undefined;
const made: Choice[] = [];

/** The accelerators of this machine, for which it looks once. */
export function knownAccelerators(): { readonly names: readonly DeviceName[]; readonly why: string } {
  known ??= accelerators(findDevices());
  return known;
}

/** What `auto` and options have chosen in this process, each choice once. */
export function choicesMade(): readonly Choice[] {
  return made;
}

/**
 * Chooses the executor of a field: fluxion's own unless an accelerator is faster for so much work, which one short
 * calibration per process tells.
 */
export function chooseFor(parts: FieldParts, ownEngine: (parts: FieldParts) => FieldEngine): Choice {
  const choice = choiceFor(parts, ownEngine);
  noteChoice(choice);
  return choice;
}

/** Notes a choice for `run.json`, once. */
export function noteChoice(choice: Choice): void {
  if (!made.some(({ executor, why }) => executor === choice.executor && why === choice.why)) made.push(choice);
}

function choiceFor(parts: FieldParts, ownEngine: (parts: FieldParts) => FieldEngine): Choice {
  const { names, why } = knownAccelerators();
  if (names.length === 0) return { executor: "own", why };
  const work = workOfField(parts);
  if (work < leastWork) {
    return { executor: "own", why: `${work.toExponential(0)} operations are too few for an accelerator to gain` };
  }
  speeds ??= {
    own: measureSpeed(ownEngine),
    others: new Map(names.map((name) => [name, measureSpeed((layer) => devices[name].engine(layer))])),
  };
  return fastest(work, speeds.own, speeds.others);
}
