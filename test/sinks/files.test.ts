import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeAtomically } from "../../src/sinks/atomicFile.ts";
import { AppendFile, makeDirectory } from "../../src/sinks/files.ts";
import { assertError } from "../support/assert.ts";
import { onFullDisk } from "../support/disk.ts";
import { scratchPath } from "../support/scratch.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const atomic = suite("writeAtomically");

atomic("makes or replaces a file and leaves nothing else", () => {
  for (const sync of [false, true]) {
    const directory = scratchPath();
    mkdirSync(directory);
    const path = join(directory, "run.json");
    writeAtomically("test", path, "first", { sync });
    writeAtomically("test", path, text("second"), { sync });
    assert.is(readFileSync(path, "utf8"), "second");
    assert.equal(readdirSync(directory), ["run.json"]);
  }
});

atomic("gives the file a new inode, so that a reader of the old one goes on reading the old one", () => {
  const path = scratchPath("run.json");
  writeAtomically("test", path, "first");
  const { ino } = statSync(path);
  writeAtomically("test", path, "second");
  assert.is.not(statSync(path).ino, ino);
});

atomic("leaves the old file as it was where the new one cannot be written", () => {
  const directory = scratchPath();
  mkdirSync(directory);
  const path = join(directory, "run.json");
  writeFileSync(path, "old");
  onFullDisk(() =>
    assertError(
      () => writeAtomically("test", path, "new"),
      "ERR_WRITE",
      /^test: cannot write .*the disk is full.*ENOSPC/,
    ),
  );
  assert.is(readFileSync(path, "utf8"), "old");
  assert.equal(readdirSync(directory), ["run.json"]);
});

atomic("says that the directory is gone", () => {
  const path = join(scratchPath(), "run.json");
  assertError(() => writeAtomically("test", path, "x"), "ERR_WRITE", /no such directory; was it removed.*ENOENT/);
});
atomic.run();

const directories = suite("makeDirectory");

directories("makes all above it, and takes one that is there", () => {
  const path = join(scratchPath(), "a", "b");
  makeDirectory("test", path);
  makeDirectory("test", path);
  assert.ok(statSync(path).isDirectory());
});

directories("says that a file stands in the way, at the end of the path or within it", () => {
  const file = scratchPath("file");
  writeFileSync(file, "");
  for (const path of [file, join(file, "a")]) {
    assertError(() => makeDirectory("test", path), "ERR_WRITE", /a part of the path is a file, not a directory/);
  }
});
directories.run();

const appends = suite("AppendFile");

appends("grows by whole pieces, in directories that it makes", () => {
  const path = join(scratchPath(), "deep", "rows.arrows");
  const file = new AppendFile("test", path, { sync: true });
  file.write(text("one "));
  file.write(text("two"));
  assert.is(readFileSync(path, "utf8"), "one two");
  assert.is(file.length, 7);
  file.close();
  file.close();
  assert.throws(() => file.write(text("three")), /internal: .* is closed/);
});

appends("does not touch a file that is there, unless it is to be overwritten", () => {
  const path = scratchPath("rows.arrows");
  writeFileSync(path, "precious");
  assertError(() => new AppendFile("test", path), "ERR_RUN_EXISTS", /exists already; .* \{ overwrite: true \}/);
  assert.is(readFileSync(path, "utf8"), "precious");
  const file = new AppendFile("test", path, { overwrite: true });
  file.write(text("new"));
  file.close();
  assert.is(readFileSync(path, "utf8"), "new");
});

appends("is refused while this process writes the same file, by whatever name", () => {
  const path = scratchPath("rows.arrows");
  const file = new AppendFile("test", path);
  const other = join(dirname(path), ".", "x", "..", path.slice(dirname(path).length + 1));
  assertError(() => new AppendFile("test", other, { overwrite: true }), "ERR_RUN_BUSY", /another subscription/);
  file.close();
  new AppendFile("test", other, { overwrite: true }).close();
});

appends("says that it is a directory, or that a file stands in the way", () => {
  const directory = scratchPath();
  mkdirSync(directory);
  assertError(() => new AppendFile("test", directory, { overwrite: true }), "ERR_WRITE", /it is a directory/);
  const file = scratchPath("file");
  writeFileSync(file, "");
  assertError(() => new AppendFile("test", join(file, "rows.arrows")), "ERR_WRITE", /not a directory/);
});

appends("writes to more files than may be open at once", () => {
  const directory = scratchPath();
  const files = Array.from({ length: 300 }, (_, i) => new AppendFile("test", join(directory, `${i}`)));
  const openNow = (): number => readdirSync("/proc/self/fd").length;
  if (existsSync("/proc/self/fd")) assert.ok(openNow() < 200, `${openNow()} open`);
  for (const round of ["a", "b"]) for (const [i, file] of files.entries()) file.write(text(`${round}${i} `));
  for (const file of files) file.close();
  for (const i of files.keys()) assert.is(readFileSync(join(directory, `${i}`), "utf8"), `a${i} b${i} `);
  if (existsSync("/proc/self/fd")) assert.ok(openNow() < 40, `${openNow()} open`);
});

appends("says that the directory was removed, where a file has to be opened again", () => {
  const directory = scratchPath();
  const first = new AppendFile("test", join(directory, "first"));
  const others = Array.from({ length: 130 }, (_, i) => new AppendFile("test", join(directory, "others", `${i}`)));
  rmSync(directory, { recursive: true });
  assertError(() => first.write(text("x")), "ERR_WRITE", /was it removed during the run/);
  for (const file of [first, ...others]) file.close();
});

appends("is cut back to its last whole piece where a piece does not fit", () => {
  const path = scratchPath("rows.arrows");
  // A limit of 4096 bytes a file, in a process of its own.
  const program = `
    import { AppendFile } from ${JSON.stringify(new URL("../../src/sinks/files.ts", import.meta.url).href)};
    const file = new AppendFile("test", process.argv[1]);
    file.write(new Uint8Array(3000).fill(65));
    let told = "";
    try { file.write(new Uint8Array(3000).fill(66)); } catch (error) { told = error.code + " " + error.message; }
    file.write(new Uint8Array(1000).fill(67));
    file.close();
    console.log(told);`;
  const args = ["--conditions=fluxion-source", "--import", "tsx", "--input-type=module", "-e", program, path];
  const child = spawnSync("bash", ["-c", 'ulimit -f 4; exec "$0" "$@"', process.execPath, ...args], {
    encoding: "utf8",
    // tsx's cache must not be cut as well.
    env: { ...process.env, TSX_DISABLE_CACHE: "1" },
  });
  assert.is(child.status, 0, child.stderr);
  assert.match(
    child.stdout,
    /^ERR_WRITE test: .*may not grow further.*EFBIG\); the 3000 bytes written before are kept/,
  );
  const content = readFileSync(path, "utf8");
  assert.is(content, "A".repeat(3000) + "C".repeat(1000));
});
appends.run();
