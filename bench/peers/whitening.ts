/** fluxion as a worker of bench/whitening.ts. The protocol is that of whitening.py. */
import { createInterface } from "node:readline";
import { describeBlas } from "../../src/linalg/blas/blas.ts";
import { whitening } from "../../src/problems/whitening/whitening.ts";

let [x, features] = [new Float64Array(0), 1];
const library = describeBlas().library ?? "no LAPACK";
console.log(JSON.stringify({ ready: true, version: `Node ${process.version}, ${library}` }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.op === "load") {
    features = command.features;
    // The same numbers as in whitening.py, but for last bits.
    x = Float64Array.from({ length: command.samples * features }, (_, i) => Math.sin((i + 1) * Math.sqrt(i + 1)));
    // The library is found, and its routines looked up, before anything is measured.
    whitening(x.subarray(0, 20 * features), { features });
    console.log(JSON.stringify({ loaded: true }));
  } else {
    const before = process.cpuUsage();
    const { matrix, spectrum } = whitening(x, { features });
    const { user, system } = process.cpuUsage(before);
    const rows = x.length / features;
    const values = Array.from(spectrum.subarray(0, Math.min(rows, features, 100)), (own) => Math.sqrt(own * rows));
    console.log(JSON.stringify({ ms: (user + system) / 1000, values, entries: matrix.length }));
  }
}
