/** The Python package reads what `fluxion convert` writes, and draws in a real notebook. */
import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../src/arrow/readRun.ts";
import { iteratesFileName, type RunFile } from "../src/arrow/runFile.ts";
import { outColumns } from "../src/cli/convert/columns.ts";
import { rowChunks } from "../src/cli/convert/rowChunks.ts";
import { toArrow } from "../src/cli/convert/toArrow.ts";
import type { FoundRun } from "../src/cli/runDirectories.ts";
import { openChromium } from "./support/chromium.ts";
import { missingModules, python, runPython } from "./support/python.ts";
import { recordedRun } from "./support/recordedRun.ts";
import { makeRow, makeRun } from "./support/rows.ts";
import { scratchPath } from "./support/scratch.ts";
import { withProcess } from "./support/serverProcess.ts";
import { streamOf } from "./support/streams.ts";

const root = fileURLToPath(new URL("../clients/python/widget", import.meta.url));
const environment = { PYTHONPATH: root };
const widget = suite("fluxion-widget");
const lacking = missingModules("pyarrow", "anywidget", "notebook");
if (lacking !== undefined) console.log(`skipped: ${lacking}`);

/** Writes attempts of one run: their first steps, their numbers of rows, and the share of the last file that is there. */
function write(path: string, attempts: readonly (readonly [from: number, rows: number, kept: number])[]): void {
  mkdirSync(path, { recursive: true });
  for (const [index, [from, count, kept]] of attempts.entries()) {
    const first = makeRun({ name: "a run", attempt: index + 1 });
    // A later attempt may have a further column.
    const run = index === 0 ? first : { ...first, columns: { ...first.columns, cosine: { meaning: "of an angle" } } };
    const rows = Array.from({ length: count }, (_, i) => makeRow(run, from + i, { value: 1000 * index + from + i }));
    const { bytes } = streamOf(rows, [Math.floor(count / 2), count - Math.floor(count / 2)]);
    writeFileSync(join(path, iteratesFileName(index + 1)), bytes.subarray(0, Math.ceil(kept * bytes.length)));
  }
}

const cases: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  "one attempt": [[0, 30, 1]],
  "a torn tail": [[0, 30, 0.9]],
  "three attempts, of which the second went back furthest": [
    [0, 30, 1],
    [8, 12, 0.8],
    [15, 9, 1],
  ],
  "a third attempt before the second": [
    [0, 30, 1],
    [20, 10, 1],
    [5, 40, 0.95],
  ],
  "a last attempt that was killed within its schema": [
    [0, 30, 1],
    [20, 10, 0.05],
  ],
};

for (const [what, attempts] of Object.entries(cases)) {
  widget(`read_run gives the rows of fluxion convert: ${what}`, async () => {
    if (lacking !== undefined) return;
    const run = scratchPath("a run");
    write(run, attempts);
    const file = scratchPath("rows.arrow");
    // As the command writes it, which asks for a run.json too.
    const { columns } = readRun(run).batches().next().value![0]!.run;
    const found = [{ name: "a run", directory: run }] as unknown as readonly FoundRun[];
    const chunks = rowChunks(found, 1000, (damage) => assert.unreachable(damage.why));
    const put = (bytes: Uint8Array): void => appendFileSync(file, bytes);
    await toArrow({ write: put }, outColumns([{ name: "a run", columns } as unknown as RunFile]), chunks, new Map());
    const program = `
import sys, pyarrow as pa
from fluxion_widget import read_run
ours, theirs = read_run(sys.argv[1]), pa.ipc.open_file(sys.argv[2]).read_all()
assert set(ours.column_names) == set(theirs.column_names), (ours.column_names, theirs.column_names)
for name in theirs.column_names:
    # fluxion gives all rows the newest attempt, read_run the one that wrote them.
    if name in ("run", "attempt"): continue
    a, b = ours[name].combine_chunks(), theirs[name].combine_chunks()
    assert a.type == b.type, (name, a.type, b.type)
    assert str(a.to_pylist()) == str(b.to_pylist()), (name, a.to_pylist(), b.to_pylist())
print(ours.num_rows)`;
    const { code, stdout, stderr } = await runPython(["-c", program, run, file], environment);
    assert.is(code, 0, stderr);
    assert.ok(Number(stdout) > 10);
  });
}

widget("read_run says what is wrong with a damaged file, and with no run", async () => {
  if (lacking !== undefined) return;
  const run = scratchPath("a run");
  write(run, [[0, 30, 1]]);
  const bytes = streamOf(
    Array.from({ length: 20 }, (_, i) => makeRow(makeRun(), i)),
    [10, 10],
  );
  const damaged = Buffer.from(bytes.bytes);
  damaged.fill(0x55, bytes.ends[0]!, bytes.ends[0]! + 40);
  writeFileSync(join(run, iteratesFileName(1)), damaged);
  const program = `
import sys
from fluxion_widget import read_run, show, DamagedRun
for path in sys.argv[1:]:
    try: read_run(path)
    except (DamagedRun, FileNotFoundError) as error: print(type(error).__name__, error)
try: show(sys.argv[1], points=1)
except ValueError as error: print(error)`;
  const { code, stdout, stderr } = await runPython(["-c", program, run, scratchPath("none")], environment);
  assert.is(code, 0, stderr);
  assert.match(
    stdout,
    /^DamagedRun .*is damaged at byte \d+.*fluxion recover.*\nFileNotFoundError .*run directory.*\nshow: expected points/,
  );
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

widget("draws a run directory and a run of a server in a notebook", async () => {
  if (lacking !== undefined) return;
  const browser = await openChromium();
  if (browser === undefined) return;
  const folder = scratchPath("notebooks");
  mkdirSync(folder);
  await withProcess(async (server) => {
    const recorded = recordedRun(5000);
    server.hub.addFinished(makeRun(), recorded, { status: "converged", step: 4999 });
    const code = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
    const cells = [
      code(
        `import sys; sys.path.insert(0, ${JSON.stringify(root)})\nfrom fluxion_widget import show\nshow(${JSON.stringify(recorded)})`,
      ),
      code(`show(${JSON.stringify(server.url)}, columns=["value", "residual"])`),
    ];
    const kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
    const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 4 };
    writeFileSync(join(folder, "runs.ipynb"), JSON.stringify(notebook));
    const port = await freePort();
    const args = [
      "-m",
      "notebook",
      "--no-browser",
      "--allow-root",
      "--port",
      String(port),
      "--IdentityProvider.token=t",
    ];
    const jupyter = spawn(python, args, { cwd: folder, stdio: "ignore" });
    try {
      const page = await browser.newPage();
      const url = `http://127.0.0.1:${port}/notebooks/runs.ipynb?token=t`;
      for (let k = 0; k < 240; k++) {
        if (
          await page.goto(url).then(
            () => true,
            () => false,
          )
        )
          break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      await page.locator(".jp-Notebook .cm-content").first().waitFor({ timeout: 120_000 });
      const charts = page.locator(".fluxion-charts");
      // Until its kernel is connected, a notebook runs nothing, and does not say so.
      for (let k = 0; k < 20 && (await charts.count()) < 2; k++) {
        await page.locator(".jp-Notebook .cm-content").first().click();
        await page.keyboard.press("Shift+Enter");
        await page.keyboard.press("Shift+Enter");
        await charts
          .nth(1)
          .waitFor({ timeout: 8000 })
          .catch(() => undefined);
      }
      const [first, second] = [charts.nth(0), charts.nth(1)];
      assert.match((await first.locator("[role=status]").textContent())!, /step 4999, converged$/);
      await second.locator('[data-column="residual"] path.curve').waitFor({ timeout: 30_000 });
      assert.is(await second.locator("figure").count(), 2);
      const path = await first.locator('[data-column="squaredFieldNorm"] path.curve').getAttribute("d");
      assert.ok(path!.split("L").length > 300, path!.slice(0, 100));
    } finally {
      jupyter.kill("SIGTERM");
      await browser.close();
    }
  });
});

widget.run();
