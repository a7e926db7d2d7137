import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openFile } from "../../src/arrow/fileSource.ts";
import { assertError } from "../support/assert.ts";
import { scratchPath } from "../support/scratch.ts";

const files = suite("openFile");

files("reads what is there at an offset, fewer bytes at the end, none beyond it", () => {
  const path = scratchPath("bytes");
  writeFileSync(path, Uint8Array.of(1, 2, 3, 4, 5));
  const { readAt, close } = openFile(path);
  assert.equal([...readAt(0, 2)], [1, 2]);
  assert.equal([...readAt(3, 8)], [4, 5]);
  assert.equal([...readAt(5, 8)], []);
  assert.equal([...readAt(500, 8)], []);
  assert.equal([...readAt(1, 2 ** 52)], [2, 3, 4, 5]);
  assert.equal([...readAt(2 ** 40, 2 ** 52)], []);
  close();
});

files("sees what was appended since it was opened", () => {
  const path = scratchPath("growing");
  writeFileSync(path, "");
  const { readAt, close } = openFile(path);
  assert.is(readAt(0, 8).length, 0);
  appendFileSync(path, "grown");
  assert.is(Buffer.from(readAt(0, 8)).toString(), "grown");
  appendFileSync(path, "x".repeat(100_000));
  assert.is(readAt(0, 2 ** 30).length, 100_005);
  close();
});

files("reads into memory of the caller, and says how much there was", () => {
  const path = scratchPath("into");
  writeFileSync(path, Uint8Array.of(1, 2, 3, 4, 5));
  const { readInto, close } = openFile(path);
  const memory = new Uint8Array(3);
  assert.is(readInto(memory, 1), 3);
  assert.equal([...memory], [2, 3, 4]);
  assert.is(readInto(memory, 4), 1);
  assert.equal([...memory], [5, 3, 4]);
  assert.is(readInto(memory, 5), 0);
  close();
  assertError(() => readInto(memory, 0), "ERR_READ", /^cannot read /);
});

files("gives each read a buffer of its own", () => {
  const path = scratchPath("own");
  writeFileSync(path, Uint8Array.of(1, 2));
  const { readAt, close } = openFile(path);
  const first = readAt(0, 2);
  first.fill(9);
  assert.equal([...readAt(0, 2)], [1, 2]);
  close();
});

files("says why it cannot read", () => {
  const missing = scratchPath("missing");
  assertError(() => openFile(missing), "ERR_READ", new RegExp(`^cannot read ${missing}: there is no such file`));
  const file = scratchPath("file");
  writeFileSync(file, "");
  assertError(() => openFile(join(file, "below")), "ERR_READ", /there is no such file or directory/);
  const directory = scratchPath("directory");
  mkdirSync(directory);
  assertError(
    () => {
      const { readAt, close } = openFile(directory);
      try {
        readAt(0, 8);
      } finally {
        close();
      }
    },
    "ERR_READ",
    /it is a directory/,
  );
});
files.run();
