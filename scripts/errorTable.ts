/** Prints `docs/errors.md` from the error table: `npx tsx scripts/errorTable.ts > docs/errors.md`. */
import { pathToFileURL } from "node:url";
import { errorKinds } from "../src/errors.ts";
import { errorMeanings } from "./errorMeanings.ts";

const classes = { type: "FluxionTypeError", range: "FluxionRangeError", input: "FluxionInputError" } as const;

export function errorPage(): string {
  const rows = Object.entries(errorMeanings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, meaning]) =>
        `| \`${code}\` | \`${classes[errorKinds[code as keyof typeof errorKinds]]}\` | ${meaning.replaceAll("|", "\\|")} |`,
    );
  return [
    "# Errors",
    "",
    "Every error that fluxion throws on purpose has a class to catch and a stable `code` to test. Its message says which",
    "function complains, what it expected, what it got, and what to do. `FluxionTypeError` is a `TypeError`, and",
    "`FluxionRangeError` is a `RangeError`; both mean misuse. `FluxionInputError` means bad input from outside: a file, a",
    "socket, the command line. Exceptions of your own code (a loss, a step) pass through unchanged.",
    "",
    "This page is made from `scripts/errorMeanings.ts` by `npx tsx scripts/errorTable.ts > docs/errors.md`.",
    "",
    "| code | class | meaning |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.stdout.write(errorPage());
