/** The messages between the main thread and the thread of the search. Rows travel as encoded Arrow batches. */
import type { RowEvent } from "../../arrow/events/rowEvents.ts";
import type { SliceRequest } from "../../arrow/lossSlice.ts";
import type { AppliedCommand, Row, Run, Status } from "../../arrow/row.ts";
import type { JsonValue } from "../../json.ts";
import type { LeaseClaim } from "../../sinks/lease.ts";
import type { Finding } from "../framework/definition.ts";
import type { Keeping } from "../framework/keeping.ts";
import type { Agreement } from "../framework/repetitions.ts";
import type { CertifiedEnd, CertifiedProblem, CertifyOrder } from "./certifyEnds.ts";
import type { Examination } from "./examine.ts";
import type { Flag } from "./flags.ts";

/** Source of an experiment, kept in `experiment.json`. */
export interface ModuleSource {
  /** Absolute path of the module, or `built-in`. */
  readonly module: string;
  /** SHA-256 of the module's file, without the files that it imports; for a built-in experiment, fluxion's version. */
  readonly hash: string;
  /** SHA-256 of every file of the project that the module needs. Absent in files of earlier versions. */
  readonly files?: Readonly<Record<string, string>>;
  /** Version of every package that these files import. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Rules by which files and packages were found. Absent: those of earlier versions, which found less. */
  readonly scan?: number | undefined;
  /** Module that an option of a built-in experiment names, whose code runs too. Absent: there is none. */
  readonly uses?: ModuleSource;
}

/** Data with which the worker begins. */
export interface WorkerData {
  /** Name of a built-in experiment, or absolute path of a module. */
  readonly experiment:
    | { readonly name: string }
    | {
        readonly path: string;
        /** Whether the module may have a problem as default export instead of an experiment. Default false. */
        readonly problems?: boolean;
      };
  /**
   * Flag in one Int32. 1: the user has asked to stop, and the run ends before its next step. 2: the step under way ends
   * too, at its next evaluation or product.
   */
  readonly stop: SharedArrayBuffer;
}

/** Share of a campaign that a further thread takes over: the searches that it claims, one by one. */
export interface CampaignShare {
  /** Number of the campaign within the experiment, counted from 0. */
  readonly number: number;
  /** Flags, one Int32 per search, not 0 once a thread has claimed it. */
  readonly claims: SharedArrayBuffer;
}

/** Order to run the experiment, once its options are known. */
export interface StartOrder {
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  readonly directory: string;
  /** Whether runs that an earlier attempt has left there are replayed or continued. */
  readonly resume: boolean;
  /** Number of threads for the searches of a campaign; 1 means that this thread runs all of them. */
  readonly workers: number;
  /** Number of repetitions of each run, from starts moved in their last places. Absent: none. */
  readonly repetitions?: number;
  /** Rules that watch the runs, as they were typed. Absent: none. */
  readonly rules?: string;
  /** Rows of each run that are kept. Absent: all. */
  readonly keeping?: Keeping;
  /** Lease on the directory, which each thread looks at before it writes. */
  readonly lease: LeaseClaim;
  /** Share of a campaign to which this thread is limited. Whatever comes before it is read from files. */
  readonly share?: CampaignShare;
}

/** Command to a run, as it crosses threads. */
export type CommandBody =
  | { readonly type: "pause" | "resume" | "stop" | "checkpoint" }
  | { readonly type: "step"; readonly count?: number }
  | { readonly type: "set"; readonly setting: string; readonly value: number }
  | { readonly type: "slice"; readonly asked?: SliceRequest };

/** Message from the main thread to a worker. */
export type ToWorker =
  | { readonly kind: "start"; readonly order: StartOrder }
  /** Validates the options, and looks at what they name, so that no directory is made for an order that cannot be carried out. */
  | { readonly kind: "check"; readonly options: Readonly<Record<string, JsonValue>> }
  /** Compares the derivatives of the first run's problem with finite differences. */
  | { readonly kind: "examine"; readonly options: Readonly<Record<string, JsonValue>>; readonly seed: number }
  /** Certifies ends of runs, or points. */
  | { readonly kind: "certify"; readonly order: CertifyOrder }
  | { readonly kind: "command"; readonly id: number; readonly run: string; readonly command: CommandBody }
  /** Another thread has finished a search of a campaign. */
  | { readonly kind: "searched"; readonly campaign: number; readonly index: number }
  /** Comes in addition to the flag in shared memory. It reaches experiments that wait without evaluating. */
  | { readonly kind: "stop" };

/** The numbers of a row that the terminal and the summary show. */
export interface RowSummary {
  readonly run: string;
  readonly step: number;
  readonly seconds: number;
  readonly status: Status;
  readonly evaluations: number;
  readonly products: number;
  readonly value: number;
  readonly squaredFieldNorm: number;
  readonly stepSize: number;
  /** Why the run ended so, where the numbers do not say it. */
  readonly because?: string;
  /** Whether ||F|| has grown as much as `divergence` asks for, if it has. */
  readonly grew?: boolean;
  /** Columns of the row, with categories as words. */
  readonly columns: Readonly<Record<string, number | string | undefined>>;
}

/** Message from a worker to the main thread. */
export type FromWorker =
  | {
      readonly kind: "described";
      readonly name: string;
      readonly summary: string;
      readonly flags: readonly Flag[];
      readonly source: ModuleSource;
    }
  | { readonly kind: "checked" }
  | { readonly kind: "examined"; readonly examination: Examination }
  /** Points of one more problem are being certified. */
  | { readonly kind: "certifying"; readonly problem: CertifiedProblem }
  | { readonly kind: "certified"; readonly end: CertifiedEnd }
  /** A run that ended in an earlier session has been read from its file. */
  | { readonly kind: "replayed"; readonly run: Run; readonly directory: string; readonly last: RowSummary | undefined }
  | {
      readonly kind: "opened";
      readonly run: Run;
      readonly directory: string;
      readonly header: Uint8Array;
      /** Set if another thread than the leading one has opened the run. */
      readonly elsewhere?: true;
    }
  | {
      readonly kind: "batch";
      readonly run: string;
      readonly bytes: Uint8Array;
      readonly rows: number;
      readonly firstStep: number;
      readonly lastStep: number;
      readonly last: RowSummary;
    }
  | { readonly kind: "closed"; readonly run: string }
  /** A campaign begins, and further threads may claim its searches. */
  | { readonly kind: "campaign"; readonly campaign: number; readonly count: number; readonly claims: SharedArrayBuffer }
  /** A search of a campaign is finished, and its rows are in its file. */
  | { readonly kind: "searched"; readonly campaign: number; readonly index: number }
  | { readonly kind: "finding"; readonly finding: Finding }
  /** A rule has found what it looks for. Several threads may tell of one event, and a resumed run tells of it again. */
  | { readonly kind: "event"; readonly event: RowEvent }
  /** All repetitions of a run have ended. */
  | { readonly kind: "agreement"; readonly agreement: Agreement }
  | { readonly kind: "note" | "conclusion" | "refusal"; readonly line: string }
  | { readonly kind: "reply"; readonly id: number; readonly outcome: AppliedCommand }
  /** The experiment has ended; `stopped` if the user asked for it. */
  | { readonly kind: "done"; readonly stopped: boolean }
  | { readonly kind: "failed"; readonly error: PlainError };

/** An error as it crosses threads. */
export interface PlainError {
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

/** Takes from a row the numbers that the terminal and the summary show. */
export function summaryOf(row: Row, grew = false): RowSummary {
  const columns: Record<string, number | string | undefined> = {};
  for (const [name, value] of Object.entries(row.columns)) {
    const values = row.run.columns[name]?.values;
    columns[name] = value === undefined || values === undefined ? value : values[value];
  }
  const { step, seconds, status, evaluations, products, value, squaredFieldNorm, stepSize, because } = row;
  return {
    run: row.run.name,
    step,
    seconds,
    status,
    evaluations,
    products,
    value,
    squaredFieldNorm,
    stepSize,
    ...(because === undefined ? {} : { because }),
    ...(grew ? { grew } : {}),
    columns,
  };
}
