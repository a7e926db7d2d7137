/**
 * The right of one process to write a directory: a file `lease-<number>.json` that says who has it and shows signs of
 * life. The rules are in docs/reliability.md.
 *
 * - To take it, a process makes the file with the next number, which only one can (`link` fails if the name exists),
 *   and then removes the former one.
 * - The owner looks for its own file before it writes anything. If the file is gone, another process has the directory.
 * - An owner that this process can see (same host, boot and process numbers) is dead as soon as its process is. Of any
 *   other, only signs of life count: they are judged by whether the file changes, never by comparing clocks.
 */
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { readRegular } from "../arrow/checks/ownFiles.ts";
import { isAlive, isVisible, thisProcess, type WriterProcess } from "../arrow/processIdentity.ts";
import { staleAfter } from "../arrow/signOfLife.ts";
import { failure } from "../errors.ts";
import { readOptions } from "../options.ts";
import { discard, removeLeftovers } from "./atomicFile.ts";
import { disk } from "./fileSystem.ts";
import { create, digits, holds, type LeaseFile, leaseNumbers, nameOf, newestLease, parse } from "./leaseFile.ts";
import { flag } from "./rules.ts";

/** What another thread needs to know of a lease in order to look whether it still holds. It is plain data. */
export interface LeaseClaim {
  readonly directory: string;
  readonly number: number;
  /** Text that tells this lease from any other, also from a later one of the same number. */
  readonly token: string;
  /** Whether the directory was taken from an owner that had not given it back. */
  readonly tookOver: boolean;
}

/** A lease that this process holds. */
export interface Lease extends LeaseClaim {
  /** Gives the directory back. A second call does nothing. */
  release(): void;
}

/** The leases of this process, by directory. */
const held = new Map<string, LeaseClaim>();

/** Tokens of leases that are given back, although their files could not be removed. */
const givenBack = new Set<string>();

/** The lease on a directory that this process holds; undefined if it does not. */
export function leaseOn(directory: string): LeaseClaim | undefined {
  return held.get(resolve(directory));
}

/** Options of {@link takeLease}. */
interface TakeOptions {
  /** Token of an owner that was found dead by {@link ownerWithoutLife}. */
  readonly dead?: string | undefined;
  /** Whether to take the directory from whoever has it. Default false. */
  readonly force?: boolean | undefined;
  /** Called when a sign of life finds that another process has taken the directory. */
  readonly onLost?: (error: Error) => void;
}

/**
 * Takes the right to write a directory, which must exist.
 *
 * @throws ERR_RUN_BUSY if another process or another subscription of this one has it; ERR_WRITE
 */
export function takeLease(who: string, directory: string, options: TakeOptions = {}): Lease {
  const key = resolve(directory);
  const own = held.get(key);
  if (own !== undefined) throw busy(who, directory, thisProcess());
  for (;;) {
    const newest = newestLease(who, directory);
    if (newest !== undefined) {
      const { content } = newest;
      const token = content?.token;
      const dead = isDead(content) || (token !== undefined && (token === options.dead || givenBack.has(token)));
      if (!dead && options.force !== true) throw busy(who, directory, content?.process);
    }
    const number = (newest?.number ?? 0) + 1;
    const token = randomUUID();
    if (!create(who, directory, number, token)) continue;
    const others = leaseNumbers(who, directory);
    // A third process has taken the directory and given the number free meanwhile.
    if (others.some((other) => other > number)) {
      discard(undefined, nameOf(directory, number));
      continue;
    }
    const lease = { directory, number, token, tookOver: newest !== undefined };
    for (const other of others) if (other < number) discard(undefined, nameOf(directory, other));
    removeLeftovers(directory);
    held.set(key, lease);
    const beating = setInterval(
      () => {
        try {
          beat(lease);
        } catch (error) {
          clearInterval(beating);
          options.onLost?.(error as Error);
        }
      },
      (1000 * staleAfter()) / 6,
    );
    beating.unref();
    return {
      ...lease,
      release() {
        clearInterval(beating);
        if (held.get(key) !== lease) return;
        held.delete(key);
        if (holds(directory, number, token) === false) return;
        discard(undefined, nameOf(directory, number));
        if (holds(directory, number, token) !== false) givenBack.add(token);
      },
    };
  }
}

/**
 * Looks whether a lease still holds, before its owner writes.
 *
 * @throws ERR_LEASE_LOST if another process has taken the directory. A directory that is gone is not lost: the write
 *   that follows says so.
 */
export function checkLease(who: string, lease: LeaseClaim): void {
  const { directory, number, token } = lease;
  if (holds(directory, number, token) !== false) return;
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return;
  throw failure(
    "ERR_LEASE_LOST",
    `${who}: another process has taken over ${directory}, so this one ends and writes nothing more; ` +
      "its rows so far are kept",
  );
}

/**
 * Finds out whether a directory may be taken from its owner. For an owner that cannot be seen from here this takes as
 * long as an owner may be silent (30 s).
 *
 * @param onWait called once if it is necessary to wait
 * @returns token of the dead owner; undefined if nobody has the directory
 * @throws ERR_RUN_BUSY if the owner is alive
 */
export async function ownerWithoutLife(
  who: string,
  directory: string,
  onWait?: (owner: WriterProcess | undefined, seconds: number) => void,
): Promise<string | undefined> {
  const first = newestLease(who, directory);
  if (first === undefined) return undefined;
  if (isDead(first.content)) return first.content?.token;
  const owner = first.content?.process;
  if (owner !== undefined && isVisible(owner)) throw busy(who, directory, owner);
  const seconds = staleAfter();
  onWait?.(owner, seconds);
  const until = performance.now() + 1000 * seconds;
  while (performance.now() < until) {
    await new Promise((done) => setTimeout(done, Math.min(1000, 1000 * seconds) / 10));
    const now = newestLease(who, directory);
    if (now === undefined) return undefined;
    if (now.number !== first.number || now.text !== first.text) throw busy(who, directory, now.content?.process);
  }
  // A file whose content was never written has no token, and is removed here.
  if (first.content === undefined) discard(undefined, nameOf(directory, first.number));
  return first.content?.token;
}

/** Whether the owner is a process that can be seen from here, and is gone. */
function isDead(content: LeaseFile | undefined): boolean {
  return content !== undefined && isVisible(content.process) && !isAlive(content.process);
}

function busy(who: string, directory: string, owner: WriterProcess | undefined): Error {
  const by = owner === undefined ? "another process" : `process ${owner.pid} on ${owner.host}`;
  const gone =
    owner === undefined || !isVisible(owner)
      ? `. If it is gone, freeDirectory(${JSON.stringify(directory)}) finds that out`
      : "";
  return failure(
    "ERR_RUN_BUSY",
    `${who}: ${directory} is being written by ${by}; wait for that process, stop it, or choose another directory${gone}`,
  );
}

/**
 * Frees a run directory whose writer ended without giving it back and cannot be seen from here: on another host, in
 * another container, or before the machine started anew. `fluxion resume` does this by itself; a program calls it before
 * it resumes a run that was killed elsewhere.
 *
 * The function waits for 30 s, or as many seconds as the environment variable `FLUXION_LEASE_SECONDS` says, whether the
 * writer shows a sign of life. A writer that can be seen from here is not waited for: it is alive or it is not.
 *
 * @example
 * await freeDirectory("runs/a");
 * iterate(bilinear(), loadCheckpoint("runs/a"), extragradient({ stepSize: 0.5 }))
 *   .pipe(untilStep(2000), runDirectory("runs/a"))
 *   .subscribe();
 * @param directory path of the directory
 * @param options `force`: take it at once, even from a writer that is alive. That one ends at its next batch with
 *   ERR_LEASE_LOST, and its rows so far are kept. Default false
 * @throws {TypeError} ERR_OPTION_TYPE, ERR_OPTION_UNKNOWN
 * @throws {RangeError} ERR_OPTION_RANGE
 * @throws {FluxionInputError} ERR_RUN_BUSY if the writer is alive; ERR_READ, ERR_WRITE
 */
export async function freeDirectory(directory: string, options: { readonly force?: boolean } = {}): Promise<void> {
  const who = "freeDirectory";
  const { force } = readOptions(who, options, { force: flag });
  const dead = force ? undefined : await ownerWithoutLife(who, directory);
  if (newestLease(who, directory) !== undefined) takeLease(who, directory, { dead, force }).release();
}

/** Shows a sign of life: the counter at the end of the file is overwritten in place. @throws ERR_LEASE_LOST */
function beat(lease: LeaseClaim): void {
  checkLease("lease", lease);
  const path = nameOf(lease.directory, lease.number);
  let file: number | undefined;
  try {
    const text = readRegular(path).toString("utf8");
    const next = String((Number(parse(text)?.beat) || 0) + 1).padStart(digits, "0");
    file = disk.open(path, "r+");
    disk.write(file, Buffer.from(next), 0, digits, Buffer.byteLength(text) - digits - '"}'.length);
  } catch {
    // One sign of life that is missing does no harm; the next check tells whether the lease is lost.
  } finally {
    if (file !== undefined) disk.close(file);
  }
}
