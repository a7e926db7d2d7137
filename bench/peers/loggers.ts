/** fluxion as a process of bench/loggers.ts: `loggers.ts ROWS DIRECTORY`. The protocol is that of loggers.py. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Subject } from "rxjs";
import type { Row, Run } from "../../src/arrow/row.ts";
import { runDirectory } from "../../src/sinks/runDirectory.ts";

const [rows, directory] = [Number(process.argv[2]), join(process.argv[3]!, "run")];
const columns = { residual: { meaning: "" }, angle: { meaning: "" } };
const run: Run = { name: "bench", attempt: 1, columns, settings: {} };

const rowOf = (step: number): Row => {
  const value = 1 / (1 + step);
  return {
    run,
    step,
    seconds: step / 1000,
    status: "running",
    evaluations: step,
    products: 2 * step,
    value,
    squaredFieldNorm: value * value,
    stepSize: 0.1,
    columns: { residual: Math.cos(step), angle: Math.sin(step / 1e5) },
    vectors: {},
  };
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const size = (): number =>
  readdirSync(directory, { withFileTypes: true, recursive: true }).reduce(
    (sum, file) => sum + (file.isFile() ? statSync(join(file.parentPath, file.name)).size : 0),
    0,
  );
const second = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000));

const source = new Subject<Row>();
source.pipe(runDirectory(directory)).subscribe();
source.next(rowOf(0));
await second();
const before = cpu();
for (let step = 1; step < rows; step++) {
  source.next(rowOf(step));
  // The loop yields like this, so that timers and sockets get their turn.
  if (step % 4096 === 0) await new Promise((resolve) => setImmediate(resolve));
}
await second();
const afterASecond = size();
source.complete();
console.log(JSON.stringify({ cpu: cpu() - before, share: Math.min(1, afterASecond / size()), bytes: size() }));
