/** Whatever viewers ask for, and in whatever order, each gets the rows that a naive model gives, once and in order. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordRun } from "../../src/arrow/recorder.ts";
import { iteratesFileName } from "../../src/arrow/runFile.ts";
import * as fc from "../support/fastCheck.ts";
import { makeRun } from "../support/rows.ts";
import { scratchPath } from "../support/scratch.ts";
import {
  anyAction,
  anyAttempt,
  assertRows,
  clientOf,
  expected,
  merged,
  readStreams,
  type Seen,
  valued,
  viewers,
  writeAttempt,
} from "../support/subscriptions.ts";
import { withServer } from "../support/viewer.ts";

const subscriptions = suite("subscriptions and requests");

subscriptions("give each viewer exactly the rows it asked for, once, in order, on any files", () =>
  withServer(async (server) => {
    let count = 0;
    const scenario = fc.record({
      earlier: fc.array(anyAttempt, { maxLength: 3 }),
      live: fc.record({ first: fc.nat({ max: 40 }), batch: fc.integer({ min: 1, max: 8 }), inMemory: fc.boolean() }),
      actions: fc.array(anyAction, { minLength: 1, maxLength: 14 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ earlier, live, actions }) => {
        const directory = scratchPath();
        mkdirSync(directory);
        const plain = `run-${++count}`;
        const run = makeRun({ name: plain, attempt: earlier.length + 1 });
        const attempts: Seen[][] = earlier.map((attempt, index) =>
          writeAttempt(directory, index + 1, { ...run, attempt: index + 1 }, attempt),
        );
        const grown: Seen[] = [];
        attempts.push(grown);
        let name = "";
        let next = live.first;
        const inFile = !live.inMemory || earlier.length > 0;
        const recorder = recordRun(run, {
          batch: { rows: live.batch },
          sink(message) {
            if (inFile) appendFileSync(join(directory, iteratesFileName(run.attempt)), message.bytes);
            if (message.kind === "header") name = server.hub.open(run, message.bytes, inFile ? { directory } : {});
            if (message.kind !== "batch") return;
            server.hub.batch(name, message.bytes, message.firstStep, message.lastStep, message.rows);
            for (let at = message.firstStep; at <= message.lastStep; at++)
              grown.push({ step: at, attempt: run.attempt });
          },
        });
        const grow = (rows: number): void => {
          for (const end = next + rows; next < end; next++) recorder.append(valued(run, next));
          recorder.flush();
        };
        // The schema comes with the first row.
        grow(1);
        const clients = await Promise.all(Array.from({ length: viewers }, () => clientOf(server)));
        try {
          for (const action of actions) {
            if (action.kind === "grow") grow(action.rows);
            else if (action.kind === "pause") {
              for (const client of clients) if (client.request !== undefined) await client.until("live");
            } else if (action.kind === "subscribe") clients[action.viewer]!.subscribe(name, action.request);
            else {
              const { columns, framing: _, ...numbers } = action.request;
              const query = new URLSearchParams({ token: server.token });
              for (const [key, value] of Object.entries(numbers))
                if (value !== undefined) query.set(key, String(value));
              if (columns !== undefined) query.set("columns", columns.join());
              const response = await fetch(`http://127.0.0.1:${server.port}/runs/${name}/rows?${query}`);
              const body = new Uint8Array(await response.arrayBuffer());
              assert.is(response.status, 200, Buffer.from(body).toString());
              assertRows(readStreams(body, columns), expected(merged(attempts), action.request), action.request);
            }
          }
          recorder.close();
          server.hub.close(name, { status: "stopped" });
          for (const client of clients) {
            if (client.request === undefined) continue;
            await client.until("ended");
            assertRows(client.rows(), expected(merged(attempts), client.request), client.request);
          }
        } finally {
          for (const client of clients) client.socket.terminate();
        }
      }),
      { numRuns: 60 },
    );
  }),
);

subscriptions.run();
