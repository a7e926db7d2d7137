/** Where runs ended: what the list says of it, and what their last rows say, which are asked for in batches. */
import type { EndCertificates, EndRow, RunEnd, RunInfo } from "../../server/messages.ts";
import type { Batch, DecodedColumn } from "../arrowReader.ts";
import { type EndPoint, fetchCertificates, keyOf, type MeasuredEnd, measuredEnd, withProof } from "../endOfRun.ts";
import { address } from "../link.ts";
import { RunData } from "../runData.ts";
import { stateOf } from "./runState.ts";

/** Number of runs whose ends are asked for at once. */
const atOnce = 250;
/** Number of runs up to which the last rows are read even where the list says where they ended: rows say more. */
const readMost = 2000;

/** Keeps the ends of runs. It asks for more while the page is visible. */
export class RunEnds {
  /** Number that changes whenever an end does. */
  version = 0;
  certificates: EndCertificates = { ends: [], trouble: [] };
  readonly #ends = new Map<string, MeasuredEnd>();
  #proofs = new Map<string, EndCertificates["ends"]>();
  #runs: readonly RunInfo[] = [];
  #asking = false;
  #certificatesWanted = true;
  /** Number of ends when certificates were asked for. */
  #endsThen = -1;

  constructor(private readonly changed: () => void) {}

  take(runs: readonly RunInfo[]): void {
    if (runs === this.#runs) return;
    this.#runs = runs;
    this.version++;
    void this.#ask();
  }
  /** Asks for certificates again: they are made while the page is open. */
  refresh(): void {
    this.#certificatesWanted = true;
    void this.#ask();
  }
  /** Returns the end of a run; undefined if it goes on, or nothing is known of its end. */
  of(run: RunInfo): EndPoint | undefined {
    if (run.live) return undefined;
    const end = this.#ends.get(keyOf(run)) ?? listedEnd(run);
    return end === undefined ? undefined : withProof({ ...end, run }, this.#proofs.get(run.name) ?? []);
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const tried = new Set<string>();
      for (;;) {
        if (document.hidden) break;
        const over = this.#runs.reduce((sum, run) => sum + (run.live ? 0 : 1), 0);
        if (this.#certificatesWanted || over !== this.#endsThen) {
          this.#certificatesWanted = false;
          this.#endsThen = over;
          await this.#readCertificates();
        }
        const first = this.#runs.findIndex((run) => !tried.has(keyOf(run)) && this.#lacks(run));
        if (first < 0) break;
        for (const run of this.#runs.slice(first, first + atOnce)) tried.add(keyOf(run));
        await this.#read(first, first + atOnce);
      }
    } catch (error) {
      // Here only marks are missing. The view of a run itself shows what is wrong.
      console.warn("the ends of runs cannot be read:", error);
    }
    this.#asking = false;
  }
  #lacks(run: RunInfo): boolean {
    if (run.live || this.#ends.has(keyOf(run))) return false;
    if (this.#proofs.has(run.name)) return true;
    return "morseIndex" in run.columns && (this.#runs.length <= readMost || listedEnd(run) === undefined);
  }
  async #readCertificates(): Promise<void> {
    const certificates = await fetchCertificates();
    if (certificates === undefined || JSON.stringify(certificates) === JSON.stringify(this.certificates)) return;
    this.certificates = certificates;
    this.#proofs = new Map();
    for (const proof of certificates.ends) {
      const before = this.#proofs.get(proof.run) ?? [];
      this.#proofs.set(proof.run, [...before, proof]);
    }
    this.#tell();
  }
  async #read(from: number, to: number): Promise<void> {
    const response = await fetch(address(`/ends?from=${from}&to=${to}`));
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    const { ends } = (await response.json()) as { readonly ends: readonly RunEnd[] };
    const runs = new Map(this.#runs.map((run) => [keyOf(run), run]));
    for (const { run: name, attempt, rows, point } of ends) {
      const run = runs.get(keyOf({ name, attempt }));
      if (run !== undefined) this.#ends.set(keyOf(run), measuredEnd(run, dataOf(run, rows), point));
    }
    this.#tell();
  }
  #tell(): void {
    this.version++;
    this.changed();
  }
}

/** The end as the list says it, which is enough for a place in the plane of loss and index. */
function listedEnd(run: RunInfo): MeasuredEnd | undefined {
  const { ending } = run;
  if (ending?.value === undefined || ending.index === undefined) return undefined;
  const { step, value, squaredFieldNorm, index, verdict } = ending;
  return {
    ...{ run, step, value, squaredFieldNorm, index, verdict: verdict ?? stateOf(run), judged: verdict !== undefined },
    ...{ indexTrusted: undefined, proof: undefined, point: undefined },
  };
}

const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Puts rows into columns, as if they had come as Arrow. */
function dataOf(run: RunInfo, rows: readonly EndRow[]): RunData {
  const data = new RunData(run.columns);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = new Map([...names].map((name) => [name, columnOf(name, run, rows)] as const));
  const batch: Batch = { rows: rows.length, columns };
  data.append(batch);
  return data;
}

function columnOf(name: string, run: RunInfo, rows: readonly EndRow[]): DecodedColumn {
  const isText = ["run", "status", "commands"].includes(name) || run.columns[name]?.kind === "category";
  if (isText) return { kind: "text", values: rows.map((row) => row[name] as string | undefined) };
  const numbers = rows.map((row) => {
    const cell = row[name];
    return typeof cell === "string" ? words[cell] : cell;
  });
  return {
    kind: "number",
    values: Float64Array.from(numbers, (number) => number ?? 0),
    missing: Uint8Array.from(numbers, (number) => (number === undefined ? 1 : 0)),
  };
}
