/** TypeDoc plugin: names each module as it is imported, and groups its pages as the folders of `src/` are. */
import { relative, resolve } from "node:path";
import { Comment, CommentTag, Converter, ReflectionKind } from "typedoc";
import project from "../package.json" with { type: "json" };

const source = resolve(import.meta.dirname, "../src");

/** Folder of `src/` -> heading. The longest folder that holds a file counts. */
const families = {
  "operators/steps": "Steps",
  "operators/newton": "Newton's method and its relatives",
  "operators/newton/lineSearch": "Line searches",
  "operators/games": "Games and variational inequalities",
  "operators/measures": "Measures and stop conditions",
  "operators/measures/gaps": "Gaps",
  problems: "Making problems",
  "problems/data": "Data",
  "problems/networks": "Networks",
  "problems/linearAutoencoder": "Deep linear autoencoder",
  "problems/games": "Catalogue",
  "problems/games/adversarial": "Adversarial training",
  "problems/games/traffic": "Traffic",
  linalg: "Vectors and linear maps",
  "linalg/maps": "Vectors and linear maps",
  "linalg/dense": "Dense matrices",
  "linalg/krylov": "Krylov solvers",
  "linalg/spectra": "Spectra",
  "linalg/blas": "BLAS",
  autodiff: "Compiling functions",
  "autodiff/trace": "Tracing",
  "autodiff/graph": "Graphs",
  "autodiff/build": "Graphs",
  "autodiff/derivatives": "Derivatives",
  "autodiff/kernels": "Kernels",
};

/** Heading for a file; undefined in rooms that are small enough to do without. */
function familyOf(file) {
  for (let folder = file; folder.includes("/"); ) {
    folder = folder.slice(0, folder.lastIndexOf("/"));
    if (folder in families) return families[folder];
  }
  return undefined;
}

/** Entry point relative to `src/` -> the name by which it is imported. */
const modules = new Map(
  Object.entries(project.exports).flatMap(([path, conditions]) => {
    const file = conditions["fluxion-source"];
    return file === undefined ? [] : [[file.replace("./src/", ""), path.replace(".", "fluxion")]];
  }),
);

export function load(app) {
  // A document is called what its first heading says.
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const heading = /^# (.+)$/m.exec(document.content.map(({ text }) => text).join(""));
    if (heading !== null) document.name = heading[1];
  });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const declaration = context.getSymbolFromReflection(reflection)?.declarations?.[0];
    if (declaration === undefined) return;
    const file = relative(source, declaration.getSourceFile().fileName);
    if (reflection.kindOf(ReflectionKind.Module)) {
      reflection.name = modules.get(file) ?? reflection.name;
      return;
    }
    if (!reflection.parent?.kindOf(ReflectionKind.Module)) return;
    const family = familyOf(file);
    if (family === undefined) return;
    reflection.comment ??= new Comment();
    reflection.comment.blockTags.push(new CommentTag("@category", [{ kind: "text", text: family }]));
  });
}
