import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Columns } from "../../../src/arrow/row.ts";
import { familyMembers, nameOfColumn } from "../../../src/viewer/charts/columnNames.ts";
import { groupOf } from "../../../src/viewer/charts/seeds/seedGroups.ts";
import { RunData } from "../../../src/viewer/runData.ts";

const columnNames = suite("names of columns for people");
const runOf = (columns: Columns, players: readonly string[] = []) => [{ columns, players, data: new RunData(columns) }];
const titles = (columns: Columns, column: string): readonly string[] => {
  const { title, symbol, internal } = nameOfColumn(runOf(columns), column);
  return [title, symbol, internal];
};

columnNames("are what the columns mean, up to the first comma", () => {
  const columns: Columns = {
    trials: { meaning: "points that the search for a step evaluated" },
    rate: { meaning: "rows a second, averaged", unit: "1/s" },
    kernel: { meaning: "dimension of f(a, b), the kernel" },
  };
  assert.equal(titles(columns, "trials"), ["Points that the search for a step evaluated", "", "trials"]);
  assert.equal(titles(columns, "rate"), ["Rows a second (1/s)", "", "rate"]);
  assert.equal(titles(columns, "kernel"), ["Dimension of f(a, b)", "", "kernel"]);
  assert.is(nameOfColumn(runOf(columns), "rate").meaning, "rows a second, averaged");
});

columnNames("of a formula are the words of the internal name, and the formula stands beside", () => {
  const columns: Columns = {
    directionNorm: { meaning: "||p||" },
    curvature: { meaning: "||J F||^2 / ||J||_2, estimated" },
    longName: { meaning: `${"a".repeat(40)} = ${"b".repeat(40)}` },
  };
  assert.equal(titles(columns, "directionNorm"), ["Direction norm", "‖p‖", "directionNorm"]);
  assert.equal(titles(columns, "curvature"), ["Curvature", "‖J F‖² / ‖J‖₂", "curvature"]);
  assert.equal(titles(columns, "longName"), ["Long name", "", "longName"]);
});

columnNames("of the columns that every run has are known without a declaration", () => {
  assert.is(nameOfColumn([], "evaluations").title, "Evaluations of F since the run began");
  assert.is(nameOfColumn([], "someThing").title, "Some thing");
});

columnNames("of families name what their columns have in common, and entries have numbers", () => {
  const columns: Columns = {
    "fieldNorm.encoder": { meaning: "||F|| in the block encoder" },
    "fieldNorm.decoder": { meaning: "||F|| in the block decoder" },
    "alone.encoder": { meaning: "one of its kind" },
    spectrum: { meaning: "eigenvalues of J, ascending", kind: "vector" },
  };
  assert.equal(titles(columns, "fieldNorm"), ["Field norm", "‖F‖ in the block", "fieldNorm"]);
  assert.equal(titles(columns, "fieldNorm.decoder"), ["‖F‖ in the block decoder", "", "fieldNorm.decoder"]);
  assert.equal(
    familyMembers(columns, "fieldNorm").map(({ member }) => member),
    ["encoder", "decoder"],
  );
  assert.equal(familyMembers(columns, "alone"), []);
  assert.equal(titles(columns, "spectrum.0"), ["Eigenvalues of J: 1", "", "spectrum 1"]);
});

const described = (description: unknown, more: object = {}) =>
  groupOf({ name: "a", description: description as never, columns: {}, settings: {}, ...more });

columnNames("do not part runs that differ in the seed or the start only", () => {
  const one = { problem: { name: "p", seed: 1, hash: "x", width: 3 }, start: [1, 2], dataSeed: 4 };
  const two = { problem: { name: "p", seed: 2, hash: "y", width: 3 }, start: [5, 6], dataSeed: 9 };
  assert.is(described(one), described(two));
  assert.is.not(described(one), described({ ...two, problem: { ...two.problem, width: 4 } }));
  // A hash without a seed beside it is that of other data.
  assert.is.not(described({ hash: "x" }), described({ hash: "y" }));
  const setting = (value: number) => ({ settings: { "gradientStep.stepSize": { value } } });
  assert.is.not(described(one, setting(0.1)), described(two, setting(0.2)));
  assert.is.not(described(undefined), described(undefined, { name: "b" }));
  assert.is.not(described({ seedling: 1 }), described({ seedling: 2 }));
});

columnNames.run();
