/** Which source file imports which, read from the sources. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../src", import.meta.url));

/** Every `.ts` file of `src/`, as `linalg/vector.ts`. */
export function sourceFiles(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort();
}

export function sourceOf(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

const statements =
  /^(?:import|export)(?: type)? (?:\{[^}]*\}|\* as \w+|\*|\w+(?:, \{[^}]*\})?) from "(\.[^"]+\.ts)"|\bimport\("(\.[^"]+\.ts)"\)/gm;

/** The files of `src/` that a file imports or re-exports from, types included. */
export function importsOf(file: string): readonly string[] {
  return Array.from(sourceOf(file).matchAll(statements), ([, path, called]) =>
    normalize(join(dirname(file), (path ?? called)!)),
  );
}

/** The circles of imports: each a list of files that all reach one another. */
export function circles(files: readonly string[]): readonly (readonly string[])[] {
  // Tarjan's strongly connected components.
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    open.push(file);
    for (const other of importsOf(file)) {
      if (!index.has(other)) visit(other);
      if (open.includes(other)) low.set(file, Math.min(low.get(file)!, low.get(other)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const component = open.splice(open.indexOf(file));
    if (component.length > 1) found.push(component.sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}
