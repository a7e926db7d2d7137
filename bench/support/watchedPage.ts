/** The page in Chromium: when its first picture is there, when all is read, how long its frames last, how fast it zooms. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { buildViewer } from "../../scripts/buildViewer.ts";
import { openChromium } from "../../test/support/chromium.ts";

/** What the page is watched by: when a picture first stands there, when all of it is read, and the times of its frames. */
const watcher = `{
  const seen = globalThis.seen = { first: undefined, all: undefined, frames: [], last: undefined };
  const wanted = () => Number(document.body?.dataset.wanted ?? 1);
  const look = (now) => {
    if (seen.last !== undefined) seen.frames.push(now - seen.last);
    seen.last = now;
    const curves = document.querySelectorAll('[data-column="value"] .legend .curve').length;
    if (seen.first === undefined && curves >= 1 && document.querySelector('[data-column="value"] canvas')) seen.first = now;
    if (/rows are shown/.test(document.querySelector(".thinned")?.textContent ?? "")) seen.all ??= now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

interface Picture {
  /** Milliseconds from the start of the navigation. */
  readonly first: number;
  readonly all: number;
  /** 95 % of the frames until then took at most so long. */
  readonly frames: number;
}

interface WatchedPage {
  readonly page: Page;
  /** Waits until all rows are read. */
  picture(): Promise<Picture>;
  /** Compares these runs with the one in focus: waits until all are drawn, and until all of their rows are read. */
  compare(names: readonly string[]): Promise<Picture>;
  /** Presses a key that changes the zoom; milliseconds until the finer rows are drawn. */
  zoom(key: string, presses: number): Promise<number>;
  /** The frames since the last call: 95 % took at most so many milliseconds. */
  frames(): Promise<number>;
}

interface Seen {
  readonly first: number | undefined;
  readonly all: number | undefined;
  readonly frames: readonly number[];
}

/** Directory with the page's files. Call `close` at the end. */
export async function makePages(): Promise<
  { readonly pageDirectory: string; open(url: string): Promise<WatchedPage>; close(): Promise<void> } | undefined
> {
  const browser: Browser | undefined = await openChromium();
  if (browser === undefined) return undefined;
  const pageDirectory = mkdtempSync(join(tmpdir(), "fluxion-pages-"));
  await buildViewer(pageDirectory);
  return {
    pageDirectory,
    async open(url) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(watcher);
      await page.goto(url);
      return watched(page);
    },
    async close() {
      await browser.close();
      rmSync(pageDirectory, { recursive: true, force: true });
    },
  };
}

function watched(page: Page): WatchedPage {
  const seen = (): Promise<Seen> => page.evaluate("globalThis.seen") as Promise<Seen>;
  const framesSince = async (): Promise<number> => {
    const frames = (await page.evaluate("globalThis.seen.frames.splice(0)")) as number[];
    return frames.sort((a, b) => a - b)[Math.floor(0.95 * frames.length)] ?? Number.NaN;
  };
  return {
    page,
    async picture() {
      for (;;) {
        const { first, all } = await seen();
        if (first !== undefined && all !== undefined) return { first, all, frames: await framesSince() };
        await page.waitForTimeout(50);
      }
    },
    async compare(names) {
      await page
        .locator('#runs input[type="checkbox"]')
        .nth(names.length - 1)
        .waitFor();
      await framesSince();
      // A person's clicks are not what is measured.
      const began = (await page.evaluate(`{
        globalThis.asked = performance.now();
        for (const box of document.querySelectorAll('#runs input[type="checkbox"]:not(:disabled):not(:checked)')) box.click();
        globalThis.asked;
      }`)) as number;
      const look = `{
        const outputs = [...document.querySelectorAll('[data-column="value"] .curve output')];
        outputs.filter((output) => /[0-9]/.test(output.textContent)).length;
      }`;
      while (((await page.evaluate(look)) as number) < names.length) await page.waitForTimeout(20);
      const first = ((await page.evaluate("performance.now()")) as number) - began;
      // The last rows to be read are those of a run that is not in focus; their curves stand still when all are here.
      let [drawn, since] = ["", performance.now()];
      while (performance.now() - since < 1000) {
        const now = (await page.locator('[data-column="value"] canvas').screenshot()).toString("base64");
        if (now !== drawn) [drawn, since] = [now, performance.now()];
      }
      const all = ((await page.evaluate("performance.now()")) as number) - began - 1000;
      return { first, all, frames: await framesSince() };
    },
    async zoom(key, presses) {
      const came = page.waitForResponse((response) => response.url().includes("/rows?"));
      for (let press = 1; press < presses; press++) await page.keyboard.press(key);
      const began = performance.now();
      await page.keyboard.press(key);
      await (await came).finished();
      // Drawing waits for a frame, 100 ms apart at most.
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      return performance.now() - began;
    },
    frames: framesSince,
  };
}
