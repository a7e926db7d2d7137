/**
 * Many searches for critical points, of which the ends are kept, and what they found.
 *
 *     npx tsx examples/campaign.ts [directory] [redis://host:port]
 *
 * With an address of Redis the searches are run by workers, as many as are started:
 *
 *     npx fluxion worker --queue example --redis redis://host:port
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bullmq, campaign, type EndRecord, threads } from "fluxion/experiments";

const [directory = mkdtempSync(join(tmpdir(), "campaign-")), connection] = process.argv.slice(2);
const engine = connection === undefined ? threads({ workers: 2 }) : bullmq({ connection, queue: "example" });

// A small deep linear autoencoder, whose critical points are all known.
const options = { inputs: 4, hidden: 2, samples: 50, trajectorySteps: 200, iterations: 40, searches: 60, noise: 0.05 };

const ends: EndRecord[] = [];
campaign("dlae", { directory, options, seed: 1, portable: true, engine, onNote: console.error }).subscribe({
  next: (end) => ends.push(end),
  error: (error) => console.error(error.message),
  complete() {
    const critical = ends.filter((end) => end.verdict === "critical point");
    const classes = new Set(critical.map((end) => end.class));
    console.log(`${critical.length} of ${ends.length} searches found a critical point, of ${classes.size} classes`);
    for (const { search, morseIndex, value } of critical.slice(0, 3)) {
      console.log(`search ${search}: Morse index ${morseIndex}, L = ${Number(value).toFixed(6)}`);
    }
  },
});
