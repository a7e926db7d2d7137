/** The tables of `fluxion doctor --device`. */
import { type FoundDevice, findDevices } from "../../autodiff/devices/devices.ts";
import type { Executor } from "../../autodiff/executor.ts";
import { compileField } from "../../autodiff/program.ts";
import { say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";
import { deviceDifferences, networkParts } from "./deviceNumerics.ts";

/** Networks whose derivatives are timed: samples, inputs, hidden units. */
const sizes = [
  [100, 16, 12],
  [1000, 784, 256],
  [8192, 1024, 1024],
] as const;
/** Sizes from this one on are timed on accelerators alone: a CPU would take minutes. */
const large = 2;
const repetitions = 5;

interface Timing {
  readonly network: string;
  readonly executor: Executor;
  /** Milliseconds, the median. */
  readonly gradient: number;
  readonly product: number;
}

/** What `fluxion doctor --device` found of one executor. */
interface Report {
  readonly name: Executor;
  readonly missing?: string;
  readonly device?: string;
  readonly version?: string;
  readonly precision?: string;
  readonly differences?: ReturnType<typeof deviceDifferences>;
}

/** Runs the numerics and the short benchmark on every device that is there, and says what could not be run. */
export function deviceReport(asJson: boolean): void {
  const found = findDevices();
  const reports = found.map(reportOf);
  const hasAccelerator = found.some((each) => "description" in each && each.description.accelerator);
  const names: readonly Executor[] = ["float64", ...found.flatMap((each) => ("missing" in each ? [] : [each.name]))];
  const timings = found.every((each) => "missing" in each) ? [] : timingsOf(names, hasAccelerator);
  if (asJson) {
    say(JSON.stringify({ devices: reports, timings, accelerator: hasAccelerator }));
    return;
  }
  const rows = reports.map(({ name, device, version, precision }) => [
    name,
    device ?? "none",
    version ?? "",
    precision ?? "",
  ]);
  for (const line of tableLines(["executor", "device", "library", "numbers"], rows)) say(line);
  for (const { name, differences } of reports) {
    if (differences === undefined) continue;
    say("");
    const rows = differences.map(({ what, difference }) => [what, difference.toExponential(1)]);
    for (const line of tableLines([`${name}, beside the interpreter`, "largest difference"], rows)) say(line);
  }
  if (timings.length > 0) {
    say("");
    const rows = timings.map(({ network, executor, gradient, product }) => [
      network,
      executor,
      gradient.toPrecision(2),
      product.toPrecision(2),
    ]);
    for (const line of tableLines(["tanh network", "executor", "gradient, ms", "product, ms"], rows)) say(line);
  }
  say("");
  for (const { missing } of reports) if (missing !== undefined) say(`- ${missing}`);
  if (!hasAccelerator) say("- no accelerator was found: nothing of the above ran on a GPU");
}

function reportOf(found: FoundDevice): Report {
  if ("missing" in found) return found;
  const { name, description } = found;
  const { device, version, precision } = description;
  return { name, device, version, precision, differences: deviceDifferences(name) };
}

function timingsOf(names: readonly Executor[], hasAccelerator: boolean): readonly Timing[] {
  return sizes.slice(0, hasAccelerator ? sizes.length : large).flatMap(([samples, inputs, hidden]) => {
    const parts = networkParts(samples, inputs, hidden);
    return names.map((executor): Timing => {
      const program = compileField({ ...parts, executor });
      const instance = program.instance();
      const n = program.dimension;
      const [point, out] = [new Float64Array(n), new Float64Array(n)];
      const moved = (k: number): Float64Array => point.fill((k + 1) / 1e4);
      const gradient = median((k) => void instance.evaluate(moved(k), out));
      const map = instance.linearize(moved(0));
      const product = median(() => map.apply(point, out));
      return { network: `${inputs}-${hidden}-${inputs}, N = ${samples}`, executor, gradient, product };
    });
  });
}

function median(work: (k: number) => void): number {
  const times: number[] = [];
  for (let k = -2; k < repetitions; k++) {
    const began = performance.now();
    work(k);
    if (k >= 0) times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[repetitions >> 1]!;
}
