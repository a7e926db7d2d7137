/** Programs in a page of a headless browser: bundled, served, their console read. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Browser } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The package's own condition for browsers, which from the sources stands behind that of the sources. */
const browserEntry: Plugin = {
  name: "browser entry",
  setup(build) {
    build.onResolve({ filter: /^fluxion$/ }, () => ({ path: `${root}src/index.browser.ts`, sideEffects: false }));
  },
};

/** A program with everything it imports, as one module for a browser. @throws what esbuild finds wrong */
export async function bundled(program: string, minify = false): Promise<string> {
  const result = await build({
    stdin: { contents: program, resolveDir: root, loader: "ts" },
    bundle: true,
    minify,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["fluxion-source"],
    plugins: [browserEntry],
    logLevel: "silent",
  });
  if (result.warnings.length > 0) throw new Error(result.warnings.map(({ text }) => text).join("\n"));
  return result.outputFiles[0]!.text;
}

export interface PageOptions {
  /** The content security policy. Default: scripts of its own and WebAssembly. */
  readonly policy?: string;
}

/** Runs a module in a page until it prints `done`; returns the lines it printed before. Errors of the page are thrown. */
export async function linesInPage(
  browser: Browser,
  script: string,
  options: PageOptions = {},
): Promise<readonly string[]> {
  const { policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'" } = options;
  const server = await serve(script, policy);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      page.on("console", (message) => {
        if (message.type() !== "log") return reject(new Error(`${message.type()}: ${message.text()}`));
        if (message.text() === "done") resolve();
        else lines.push(...message.text().split("\n"));
      });
      page.on("pageerror", reject);
      page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).catch(reject);
    });
    return lines;
  } finally {
    await context.close();
    server.close();
  }
}

async function serve(script: string, policy: string): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader("Content-Security-Policy", `${policy}; img-src data:`);
    if (request.url === "/script.js") {
      response.setHeader("Content-Type", "text/javascript; charset=utf-8");
      response.end(script);
    } else if (request.url === "/") {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(
        '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/script.js"></script>',
      );
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}
