/** What a user who installs the package relies on: sub-paths, types, the command, the files beside them. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../", import.meta.url));
const about = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
};
const rooms = readdirSync(`${root}src`).filter((name) => existsSync(`${root}src/${name}/index.ts`));

const test = suite("package.json");

/** Families that have a sub-path of their own, beside the rooms. */
const families: Readonly<Record<string, string>> = { "./games": "/problems/games", "./sets": "/problems/sets" };

test("exports each room with its sources, declarations and modules", () => {
  const paths = [".", ...rooms.map((room) => `./${room}`), ...Object.keys(families)];
  assert.equal(Object.keys(about.exports).sort(), [...paths, "./package.json"].sort());
  for (const path of paths) {
    const file = `${families[path] ?? (path === "." ? "" : path.slice(1))}/index`;
    const browser = { types: "./dist/index.browser.d.ts", default: "./dist/index.browser.js" };
    assert.equal(
      about.exports[path],
      {
        "fluxion-source": `./src${file}.ts`,
        ...(path === "." ? { browser } : {}),
        types: `./dist${file}.d.ts`,
        default: `./dist${file}.js`,
      },
      path,
    );
  }
});

test("is in a browser all of itself that needs no files, threads or server", () => {
  const lists = (file: string): readonly string[] =>
    readFileSync(`${root}src/${file}`, "utf8").match(/^export [^;]*;/gm)!;
  const portable = lists("index.ts").filter((list) => !/"\.\/(?:sinks|server|experiments)\//.test(list));
  assert.equal(lists("index.browser.ts"), portable);
});

/** Files that `npm publish` would send, without dist/. */
function packed(): readonly string[] {
  const printed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ files }] = JSON.parse(printed) as [{ readonly files: readonly { readonly path: string }[] }];
  return files.map(({ path }) => path).filter((path) => !path.startsWith("dist/"));
}

test("packs what its documents link to, and no tests or tools", () => {
  const files = packed();
  assert.not(
    files.some((file) =>
      /^(?:test|bench|src)\/|^scripts\/(?!check_certificates\.py$)|^docs\/(?:node_modules|reference)/.test(file),
    ),
  );
  const documents = files.filter((file) => file.endsWith(".md"));
  assert.ok(documents.includes("docs/concepts.md") && documents.length >= 9, documents.join());
  for (const document of documents) {
    const folder = document.includes("/") ? document.slice(0, document.lastIndexOf("/") + 1) : "";
    for (const [, target] of readFileSync(root + document, "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      const path = normalize(folder + target!);
      // What only a clone has is linked from documents about contributing.
      if (/^(?:CONTRIBUTING\.md|src|test|bench|scripts|data)/.test(path)) assert.ok(existsSync(root + path), path);
      else
        assert.ok(
          files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`)),
          path,
        );
    }
  }
  assert.equal(about.bin, { fluxion: "./dist/cli/main.js" });
  assert.ok(existsSync(`${root}src/cli/main.ts`));
});

test("names as dependencies what the sources import, and nothing else", () => {
  const imported = new Set<string>();
  for (const file of readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })) {
    // The page is bundled; what it imports is in dist/ already.
    if (!file.endsWith(".ts") || file.startsWith("viewer")) continue;
    const source = readFileSync(`${root}src/${file}`, "utf8");
    for (const [, name] of source.matchAll(/^(?:import|export) [^;]*?from "((?:@[^/"]+\/)?[^."/][^"/]*)/gm)) {
      if (!name!.startsWith("node:")) imported.add(name!);
    }
    for (const [, name] of source.matchAll(
      /(?:await import|createRequire\(import\.meta\.url\))\("((?:@[^/"]+\/)?[^."/][^"/]*)/g,
    ))
      imported.add(name!);
  }
  // A peer that need not be there is imported where it is used, and its absence is explained there.
  const peers = Object.keys(about.peerDependencies).filter((name) => imported.has(name));
  for (const name of peers) assert.is(about.peerDependenciesMeta[name]?.optional, true, name);
  assert.equal([...imported].sort(), [...Object.keys(about.dependencies), ...peers].sort());
});

test.run();
