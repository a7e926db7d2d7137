import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A headless browser of this machine; undefined where there is none. */
export async function openChromium(): Promise<Browser | undefined> {
  const executablePath = [process.env.CHROMIUM ?? "", ...candidates].find((path) => existsSync(path));
  if (executablePath === undefined) return undefined;
  // Root, as in a container, may not use the sandbox; the only page loaded is ours.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}
