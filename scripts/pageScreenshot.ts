/**
 * Takes pictures of the page with an experiment's finished runs, for the documents.
 *
 *     tsx scripts/pageScreenshot.ts runs/dlae-1 docs/page [run to select] [run to compare ...]
 *
 * writes docs/page-light.png and docs/page-dark.png. It needs Chromium.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { readRunFile } from "../src/arrow/runFile.ts";
import { createViewerServer } from "../src/server/createViewerServer.ts";
import { buildViewer } from "./buildViewer.ts";

const [experiment, target, focus, ...compared] = process.argv.slice(2);
if (experiment === undefined || target === undefined) {
  throw new Error(
    "expected the directory of an experiment and the path of the pictures: pageScreenshot.ts runs/dlae-1 docs/page",
  );
}
const pageDirectory = mkdtempSync(join(tmpdir(), "fluxion-page-"));
await buildViewer(pageDirectory);
const server = await createViewerServer({ pageDirectory });
for (const name of readdirSync(experiment).sort()) {
  const directory = join(experiment, name);
  if (!existsSync(join(directory, "run.json"))) continue;
  const { columns, settings, description, attempts } = readRunFile(directory);
  const newest = attempts.at(-1);
  const status = newest?.ended?.status;
  server.hub.addFinished(
    { name, attempt: newest?.attempt ?? 1, columns, settings, ...(description === undefined ? {} : { description }) },
    directory,
    { status: status === undefined || status === "running" ? "stopped" : status, step: newest?.ended?.step ?? 0 },
  );
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const colorScheme of ["light", "dark"] as const) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5, colorScheme });
  await page.goto(server.url);
  if (focus !== undefined) await page.locator(`[data-run="${focus}"] .choose`).click();
  for (const run of compared) await page.locator(`[data-run="${run}"] .compare`).check();
  await page.locator('[data-column="squaredFieldNorm"] canvas').waitFor();
  // The curves of the compared runs arrive a moment later.
  await page.waitForTimeout(2000);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${target}-${colorScheme}.png` });
}
await browser.close();
await server.close();
rmSync(pageDirectory, { recursive: true, force: true });
