/**
 * The rooms of `src/` and what each may import. This table is behind the lint rules of `biome.json` and
 * `test/structure.test.ts`.
 *
 *     tsx scripts/rooms.ts      writes the rules into biome.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface Room {
  readonly name: string;
  /** Rooms below this one, the only ones from which it may import. */
  readonly below: readonly string[];
  /** Whether the room may import RxJS. */
  readonly streams: boolean;
  /** Whether the room runs in a browser. It then reaches Node through `src/host.ts` only. */
  readonly browser?: boolean;
  /** Whether the room makes the numbers of a run. Its elementary functions are then those of `src/elementary`. */
  readonly numbers?: boolean;
}

const numbers = ["linalg", "elementary"];
const derivatives = ["autodiff", ...numbers];
const loop = ["streams", "arrow", "problems", ...derivatives];
/** Rooms for operators, which know the loop through `authoring` only, as users' own operators do. */
const authoring = ["authoring", "certify", "problems", ...derivatives];

/** The rooms, the lowest first. Files outside them (`errors.ts`, `random.ts`) are leaves that every room may import. */
export const rooms: readonly Room[] = [
  { name: "elementary", below: [], streams: false, browser: true, numbers: true },
  { name: "linalg", below: ["elementary"], streams: false, browser: true, numbers: true },
  { name: "autodiff", below: numbers, streams: false, browser: true, numbers: true },
  { name: "problems", below: derivatives, streams: false, browser: true, numbers: true },
  { name: "certify", below: ["problems", ...derivatives], streams: false, browser: true, numbers: true },
  { name: "arrow", below: [], streams: false, browser: true },
  { name: "streams", below: loop.slice(1), streams: true, browser: true, numbers: true },
  { name: "authoring", below: loop, streams: true, browser: true, numbers: true },
  { name: "operators", below: authoring, streams: true, browser: true, numbers: true },
  { name: "device", below: authoring, streams: true, browser: true, numbers: true },
  { name: "server", below: loop, streams: true },
  { name: "viewer", below: ["server", "arrow"], streams: true },
  { name: "sinks", below: ["server", ...loop], streams: true },
  {
    name: "experiments",
    below: ["operators", "device", "authoring", "certify", "sinks", "server", ...loop],
    streams: true,
    numbers: true,
  },
  {
    name: "figures",
    below: ["experiments", "operators", "device", "authoring", "certify", "sinks", "server", ...loop],
    streams: true,
  },
  {
    name: "cli",
    below: ["figures", "experiments", "operators", "device", "authoring", "certify", "sinks", "server", ...loop],
    streams: true,
  },
];

interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
}

/** The imports that are forbidden in a room. */
function patternsOf(room: Room): readonly Pattern[] {
  const others = rooms.filter(({ name }) => name !== room.name && !room.below.includes(name));
  const patterns: Pattern[] = [];
  if (others.length > 0) {
    const allowed = room.below.length === 0 ? "no other room" : `only ${room.below.join(", ")}`;
    patterns.push({
      group: others.map(({ name }) => `**/${name}/**`),
      message: `The room ${room.name} may import ${allowed} (scripts/rooms.ts).`,
    });
  }
  if (!room.streams) patterns.push({ group: ["rxjs", "rxjs/**"], message: `${room.name} knows no RxJS.` });
  if (room.browser === true)
    patterns.push({ group: ["node:*"], message: `${room.name} runs in a browser: ask src/host.ts.` });
  return patterns;
}

interface BiomeSettings {
  overrides: readonly unknown[];
}

const hostOnly = {
  process: "environment, warn",
  Buffer: "memoryToFill",
  setImmediate: "nextTurn",
  clearImmediate: "cancelTurn",
};

/** The globals that are forbidden in a room. */
function globalsOf(room: Room): Readonly<Record<string, string>> | undefined {
  if (room.browser !== true) return undefined;
  return Object.fromEntries(
    Object.entries(hostOnly).map(([name, instead]) => [name, `A browser has none: take ${instead} from src/host.ts.`]),
  );
}

/** The text of `biome.json` with the rules of this table. */
export function lintRules(text: string): string {
  const settings = JSON.parse(text) as BiomeSettings;
  settings.overrides = [
    ...rooms.map((room) => {
      const deniedGlobals = globalsOf(room);
      return {
        includes: [`src/${room.name}/**`],
        ...(room.numbers === true ? { plugins: ["./scripts/lint/portable.grit"] } : {}),
        linter: {
          rules: {
            style: {
              noRestrictedImports: { level: "error", options: { patterns: patternsOf(room) } },
              ...(deniedGlobals === undefined
                ? {}
                : { noRestrictedGlobals: { level: "error", options: { deniedGlobals } } }),
            },
          },
        },
      };
    }),
    { includes: ["src/random.ts"], plugins: ["./scripts/lint/portable.grit"] },
  ];
  return `${JSON.stringify(settings, null, 2)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = fileURLToPath(new URL("../biome.json", import.meta.url));
  writeFileSync(file, lintRules(readFileSync(file, "utf8")));
}
