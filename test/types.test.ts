/** What the compiler must refuse: each file of `types/refused` holds one misuse, and the message in its first line. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const folder = fileURLToPath(new URL("types/", import.meta.url));
const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

/** File -> messages, their details left out; `elsewhere` are those of no file that should be refused. */
function compile(): {
  readonly refused: ReadonlyMap<string, readonly string[]>;
  readonly elsewhere: readonly string[];
} {
  const { stdout, error } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const refused = new Map<string, string[]>();
  const elsewhere: string[] = [];
  for (const line of stdout.split("\n")) {
    const [, file, message] = /^refused\/(\w+\.ts)\(\d+,\d+\): (.*)$/.exec(line) ?? [];
    if (file !== undefined) refused.set(file, [...(refused.get(file) ?? []), message!]);
    else if (/error TS\d+/.test(line)) elsewhere.push(line);
  }
  return { refused, elsewhere };
}

const test = suite("types");
const { refused, elsewhere } = compile();

for (const file of readdirSync(`${folder}refused`).sort()) {
  test(`refuse ${file.slice(0, -3)}`, () => {
    const [, expected] =
      /^\/\/ expected: (error TS\d+: .*)$/m.exec(readFileSync(`${folder}refused/${file}`, "utf8")) ?? [];
    assert.ok(expected !== undefined, `${file} says nothing of what is expected`);
    assert.equal(refused.get(file), [expected]);
  });
}

test("have nothing against what these files import", () => assert.equal(elsewhere, []));

test.run();
