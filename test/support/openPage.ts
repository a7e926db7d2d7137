/** The page in a real browser, on a server of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Page } from "playwright-core";
import { Subject } from "rxjs";
import * as assert from "uvu/assert";
import { buildViewer } from "../../scripts/buildViewer.ts";
import type { AppliedCommand, Row, Run } from "../../src/arrow/row.ts";
import type { ViewerServer, ViewerServerOptions } from "../../src/server/createViewerServer.ts";
import { serveViewers } from "../../src/server/serveViewers.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { openChromium } from "./chromium.ts";
import { makeRow, makeRun } from "./rows.ts";

const relative = { relativeResidual: { meaning: "||J p + F|| / (||J|| ||p|| + ||F||)" } };
const browser = await openChromium();
/** Directory of the page's files. */
export const pageDirectory = mkdtempSync(join(tmpdir(), "fluxion-page-"));
if (browser === undefined) console.log("skipped: no Chromium on this machine (Debian: apt-get install chromium)");
else await buildViewer(pageDirectory);

/** Closes the browser, after the last test. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
  rmSync(pageDirectory, { recursive: true, force: true });
}

/** A page of its own on a server of its own; fails if the page threw or broke its content security policy. */
export async function withPage(
  act: (open: Page, server: ViewerServer) => Promise<void>,
  options: ViewerServerOptions = {},
): Promise<void> {
  if (browser === undefined) return;
  const server = await serveViewers({ pageDirectory, ...options });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const open = await context.newPage();
  const complaints: string[] = [];
  open.on("pageerror", (error) => complaints.push(error.message));
  open.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("WebSocket")) complaints.push(message.text());
  });
  try {
    await open.goto(server.url);
    await act(open, server);
    assert.equal(complaints, []);
  } catch (error) {
    if (complaints.length > 0 && error instanceof Error) error.message += `\nThe page said: ${complaints.join("\n")}`;
    throw error;
  } finally {
    await context.close();
    await server.close();
  }
}

/** A search that the test drives; obeys commands as the loop does, at its next step. */
export function search(server: ViewerServer, name = "search", dimension = 5) {
  const run: Run = makeRun({ name, columns: relative });
  const rows = new Subject<Row>();
  rows.pipe(webSocket(server, { batch: { seconds: 0.02 } })).subscribe();
  let step = 0;
  let applied: AppliedCommand[] = [];
  return {
    emit(count: number, fields: (step: number) => Partial<Row> = () => ({})) {
      for (const end = step + count; step < end; step++) {
        const point = Float64Array.from({ length: dimension }, (_, i) => (i === 0 ? Math.cos(step) : Math.sin(step)));
        const columns = { relativeResidual: 1 / (2 + step) };
        const commands = applied.length === 0 ? undefined : applied;
        applied = [];
        rows.next(makeRow(run, step, { point, columns, vectors: {}, commands, ...fields(step) }));
      }
    },
    obey() {
      const taken: string[] = [];
      server.commandsFor(name).subscribe(({ type, reply, run: _, ...rest }) => {
        const outcome = { type, ...rest, step } as AppliedCommand;
        taken.push(type);
        applied.push(outcome);
        reply?.(outcome);
      });
      return taken;
    },
  };
}

export async function shows(open: Page, selector: string, text: string | RegExp): Promise<void> {
  const found = open.locator(selector).filter({ hasText: text });
  await found.first().waitFor({ timeout: 30_000 });
}

/**
 * Waits until a run's charts are drawn up to a step, and its points, for which the page asks once it has rows. Before
 * that they push what stands below them down, and a button that moves between the press and the release of the mouse is
 * not clicked.
 */
export async function settles(open: Page, lastStep: number): Promise<void> {
  await shows(open, '[data-tile="step"]', new RegExp(`^${lastStep}$`));
  await open.locator('[data-column="squaredFieldNorm"] canvas').waitFor();
  await open.locator('[aria-label="Trajectory"] canvas').waitFor();
}

/** Waits until what is read equals a value: rows of several runs, and of one, come one after the other. */
export async function becomes<T>(open: Page, read: () => Promise<T>, expected: T): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const got = await read();
    if (isDeepStrictEqual(got, expected) || Date.now() > end) return assert.equal(got, expected);
    await open.waitForTimeout(50);
  }
}
