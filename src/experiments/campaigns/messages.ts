/** The messages between the main thread and a thread that runs searches of a campaign. */
import type { JsonValue } from "../../json.ts";
import type { ModuleSource, PlainError, WorkerData } from "../threads/protocol.ts";

/** Data with which a thread begins. */
export interface CampaignThreadData {
  readonly experiment: WorkerData["experiment"];
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed: number;
  /** Flag in one Int32. 1: no further search begins. 2: the step under way ends too, at its next evaluation. */
  readonly stop: SharedArrayBuffer;
}

/** What a thread has to know before its first search. */
export interface Assignment {
  /** Directory of the campaign. */
  readonly directory: string;
  /** Name of the worker, which names its files. */
  readonly worker: string;
  /** Id of the campaign. */
  readonly campaign: string;
  /** Every how manieth search keeps all its rows; 0: none does. */
  readonly keepEvery: number;
  /** Whether the search under way is noted in a file, where nobody else would know of it if the process is killed. */
  readonly marked?: boolean;
}

/** A search that threw. */
export interface FailedSearch {
  readonly search: number;
  readonly cause: string;
  /** As how many failures it counts. Default 1. */
  readonly times?: number;
  /** Whether its process was lost while it ran. Such failures count in later sessions too. */
  readonly lost?: boolean;
}

/** Message to a thread. */
export type ToCampaignThread =
  | { readonly kind: "assign"; readonly assignment: Assignment }
  /** Runs searches: their ends are in a file when `worked` comes back. */
  | { readonly kind: "work"; readonly indices: string }
  /** Lets a long run save a checkpoint and end. */
  | { readonly kind: "stop" };

/** Message from a thread. */
export type FromCampaignThread =
  /** The experiment has come to its campaign: nothing was drawn or run of it yet. */
  | {
      readonly kind: "prepared";
      readonly name: string;
      readonly source: ModuleSource;
      readonly count: number;
      readonly executor: string;
    }
  | {
      readonly kind: "worked";
      /** Number of ends that were written. */
      readonly runs: number;
      readonly seconds: number;
      readonly failed: readonly FailedSearch[];
      /** Whether searches were left out since a stop was asked for. */
      readonly stopped: boolean;
    }
  | { readonly kind: "failed"; readonly error: PlainError };
