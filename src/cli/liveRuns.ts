/** Shows runs on the page that another process writes: their rows as they come, and that none come any longer. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { attemptFilesIfAny } from "../arrow/attemptFiles.ts";
import { describeDamage } from "../arrow/checks/damage.ts";
import { type FileSource, openFile } from "../arrow/fileSource.ts";
import { streamMessages } from "../arrow/messages.ts";
import { type RunFile, readRunFile, runFileName, runState } from "../arrow/runFile.ts";
import { runOfSchema } from "../arrow/schema.ts";
import { isFluxionError } from "../errors.ts";
import type { Hub } from "../server/hub.ts";
import { schemaOf } from "../server/ipc.ts";
import type { RunEnding } from "../server/messages.ts";
import { note } from "./output/say.ts";

/** Milliseconds between two looks at the files. */
const every = 1000;
/** Milliseconds without a row after which the terminal says so. */
const silentAfter = 60_000;

interface Followed {
  readonly name: string;
  readonly directory: string;
  readonly attempt: number;
  readonly source: FileSource;
  readonly served: string;
  /** Place of the next message in the file. */
  at: number;
}

interface LiveRuns {
  /** Begins to follow a run, whose `run.json` says that it goes on. */
  add(name: string, directory: string): void;
  close(): void;
}

interface FollowOptions {
  /** What viewers are told when a run has ended. */
  readonly endingOf: (file: RunFile, directory: string) => RunEnding;
  /** Called with the name under which a run is served, and its directory. */
  readonly placed: (name: string, directory: string) => void;
}

/**
 * Follows runs of other processes. Of a run whose process is gone the terminal and the page say so, and of one that
 * writes nothing for a minute the terminal does.
 */
export function followLiveRuns(hub: Hub, options: FollowOptions): LiveRuns {
  const runs = new Map<string, () => boolean>();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    for (const [directory, lookAt] of runs) if (!lookAt()) runs.delete(directory);
    timer = runs.size === 0 ? undefined : setTimeout(look, every);
  };
  return {
    add(name, directory) {
      runs.set(directory, followOne(hub, name, directory, options));
      timer ??= setTimeout(look, 0);
    },
    close: () => clearTimeout(timer),
  };
}

/** Makes the function that looks at a run; it returns whether the run goes on. */
function followOne(hub: Hub, name: string, directory: string, { endingOf, placed }: FollowOptions): () => boolean {
  let followed: Followed | undefined;
  let wrote = Date.now();
  let told = false;

  const newest = (): Followed | undefined => {
    const file = attemptFilesIfAny(directory).at(-1);
    if (file === undefined || file.attempt === followed?.attempt) return followed;
    const source = openFile(file.path);
    const [first] = streamMessages(source.readAt, file.path, { select: () => "stop" });
    const run = first?.kind === "schema" ? runOfSchema(schemaOf(first.bytes)) : undefined;
    if (first === undefined || run === undefined || typeof run === "string") {
      source.close();
      return followed;
    }
    end({ status: "stopped", message: "resumed" });
    const served = hub.open({ ...run, name, attempt: file.attempt }, first.bytes, { directory });
    placed(served, directory);
    return { name, directory, attempt: file.attempt, source, served, at: first.length };
  };
  const end = (ending: RunEnding): void => {
    if (followed === undefined) return;
    hub.close(followed.served, ending);
    followed.source.close();
    followed = undefined;
  };
  const readFurther = (): void => {
    try {
      followed = newest();
      if (followed === undefined) return;
      const { source, at, served } = followed;
      // Less than the prefix of a message is not one.
      if (source.readAt(at, 16).length < 16) return;
      const readAt = (offset: number, length: number): Uint8Array => source.readAt(at + offset, length);
      const onDamage = (damage: Parameters<typeof describeDamage>[0]): void =>
        note(`fluxion: ${name}: ${describeDamage(damage)}`);
      for (const { bytes, facts, offset, length } of streamMessages(readAt, directory, { onDamage })) {
        followed.at = at + offset + length;
        if (facts === undefined) continue;
        hub.batch(served, bytes, facts.firstStep, facts.lastStep, facts.rows);
        wrote = Date.now();
        told = false;
      }
    } catch (error) {
      // A file that has only begun has no schema yet.
      if (!isFluxionError(error) || error.code !== "ERR_ARROW_EMPTY") throw error;
    }
  };
  return () => {
    try {
      const file = readRunFile(directory);
      const state = runState(file, directory);
      readFurther();
      if (state === "running" || state === "unknown") {
        // A process on another machine may give signs of life again.
        if (!told && Date.now() - wrote > silentAfter) {
          told = true;
          const lives = state === "running" ? "though its process lives" : "and its process cannot be seen from here";
          note(`fluxion: ${name}: nothing was written for ${silentAfter / 1000} s, ${lives}`);
        }
        return true;
      }
      if (state === "killed") {
        const at = new Date(wroteAt(directory)).toISOString().slice(0, 19).replace("T", " ");
        const message = `no longer writes: its process is gone without an ending; last written ${at}`;
        note(`fluxion: ${name} ${message}`);
        end({ status: "failed", message });
      } else end(endingOf(file, directory));
      return false;
    } catch (error) {
      note(`fluxion: ${name} is followed no longer: ${(error as Error).message}`);
      end({ status: "failed", message: (error as Error).message });
      return false;
    }
  };
}

/** Time at which a file of the run was written last. */
function wroteAt(directory: string): number {
  const files = [...attemptFilesIfAny(directory).map(({ path }) => path), join(directory, runFileName)];
  return Math.max(...files.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
}
