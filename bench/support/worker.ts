import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

/** A process that answers each line of JSON with another. */
export interface Worker {
  readonly name: string;
  /** First line that the process wrote. */
  readonly greeting: Readonly<Record<string, unknown>>;
  ask(command: object): Promise<Readonly<Record<string, unknown>>>;
  stop(): void;
}

const pinned = process.platform === "linux" && spawnSync("taskset", ["-V"]).status === 0;

/** Whether workers are pinned to one processor core. */
export function isPinned(): boolean {
  return pinned;
}

/** An environment with one BLAS thread, freed memory kept, and the kernels that suit the processor. */
export function fairEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, ...rest } = process.env;
  return {
    ...rest,
    OMP_NUM_THREADS: "1",
    OPENBLAS_NUM_THREADS: "1",
    MKL_NUM_THREADS: "1",
    XLA_FLAGS: "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    JAX_PLATFORMS: "cpu",
    CUDA_VISIBLE_DEVICES: "",
    MALLOC_TRIM_THRESHOLD_: "1000000000",
    MALLOC_MMAP_THRESHOLD_: "1000000000",
    ...extra,
  };
}

/** An environment in which each library takes as many threads as it likes. */
export function freeEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const {
    OMP_NUM_THREADS: _,
    OPENBLAS_NUM_THREADS: __,
    MKL_NUM_THREADS: ___,
    XLA_FLAGS: ____,
    ...rest
  } = fairEnvironment();
  return { ...rest, ...extra };
}

/** Starts a worker, on one core if the system can pin it and `free` does not say otherwise. Undefined if the worker ends before its first line. */
export async function startWorker(
  name: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { free = false }: { readonly free?: boolean } = {},
): Promise<Worker | undefined> {
  const [file, list] = pinned && !free ? ["taskset", ["-c", "0", command, ...args]] : [command, [...args]];
  const child: ChildProcess = spawn(file, list, { env, stdio: ["pipe", "pipe", "pipe"] });
  const waiting: ((line: string | undefined) => void)[] = [];
  const lines: string[] = [];
  let ended = false;
  let complaint = "";
  child.stderr!.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (!line.startsWith("{")) return;
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next(line);
  });
  const end = (): void => {
    ended = true;
    for (const next of waiting.splice(0)) next(undefined);
  };
  child.on("error", end);
  child.on("exit", end);
  const read = (): Promise<string | undefined> => {
    const line = lines.shift();
    if (line !== undefined || ended) return Promise.resolve(line);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const greeting = await read();
  if (greeting === undefined) return undefined;
  return {
    name,
    greeting: JSON.parse(greeting),
    async ask(message) {
      child.stdin!.write(`${JSON.stringify(message)}\n`);
      const line = await read();
      if (line === undefined) throw new Error(`${name} ended: ${complaint}`);
      return JSON.parse(line);
    },
    stop: () => void child.kill(),
  };
}
