/** Nothing that comes over the network throws into the process: every listener in the sources is made by a guard. */
import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeGuard, warnOnce } from "../../src/server/guard.ts";

const guarding = suite("guard");

guarding("reports what a listener throws or rejects with, and goes on", async () => {
  const reported: unknown[] = [];
  const after: unknown[] = [];
  const guard = makeGuard((error) => reported.push(error));
  const listener = guard(
    (value: number) => {
      if (value === 1) throw new Error("thrown");
      return value === 2 ? Promise.reject(new Error("rejected")) : value;
    },
    (error, value) => {
      after.push([(error as Error).message, value]);
      throw new Error("again");
    },
  );
  for (const value of [0, 1, 2]) assert.is(listener(value), undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(after, [
    ["thrown", 1],
    ["rejected", 2],
  ]);
  assert.equal(
    reported.map((error) => (error as Error).message),
    ["thrown", "again", "rejected", "again"],
  );
});

guarding("warns once of each kind of fault, and of twenty at most", () => {
  const warnings: string[] = [];
  const report = warnOnce((text) => warnings.push(text));
  for (let round = 0; round < 3; round++) for (let i = 0; i < 30; i++) report(new Error(`kind ${i}`));
  assert.is(warnings.length, 20);
});

guarding("stands around every listener of http, ws, sockets and timers in src/server", () => {
  const folder = new URL("../../src/server/", import.meta.url);
  const unguarded: string[] = [];
  let found = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    // A fault in the server's process itself ends that process, and another one is started.
    if (!file.endsWith(".ts") || file === "process/serverProcess.ts") continue;
    const text = readFileSync(new URL(file, folder), "utf8");
    const guarded = new Set([...text.matchAll(/(?:const|let) (\w+) = (?:host\.)?guard\(/g)].map(([, name]) => name));
    for (const { 0: call, 1: listener, index } of text.matchAll(
      /(?:\.(?:on|once)\(\s*"\w+",|(?<![.\w])(?:setTimeout|setInterval|setImmediate)\()\s*([\w.]+|\()/g,
    )) {
      found++;
      const safe =
        /^(?:host\.)?guard$/.test(listener!) || guarded.has(listener!) || allowed.has(`${file}: ${listener}`);
      if (!safe) unguarded.push(`${file}:${text.slice(0, index).split("\n").length}: ${call.replace(/\s+/g, " ")}`);
    }
  }
  assert.ok(found > 20, `${found} listeners`);
  assert.equal(unguarded, []);
});

/** Listeners that cannot throw. */
const allowed = new Set([
  // Turns resolve a promise; whoever waits for it handles what it throws.
  "turns.ts: pump",
  // Guards itself.
  "http/upgrade.ts: makeUpgrade",
  "serveViewers.ts: makeUpgrade",
]);

guarding.run();
