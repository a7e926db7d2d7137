/** What `fluxion run train` says of the mistakes that its users make with models of their own. */
import { suite } from "uvu";
import { assertRefused, model, module, own, type Refusal } from "../support/trainMistakes.ts";

const refused: readonly Refusal[] = [
  ["nothing exported", own(module("const a = 1;\n")), "ERR_MODULE", /a model as default export, .*got none/],
  ["a module that throws", own(module('throw new Error("boom");\n')), "ERR_MODULE", /cannot be loaded: boom/],
  [
    "a function that throws",
    own(module('export default () => { throw new Error("boom"); };\n')),
    "ERR_MODULE",
    /fails when it is called with \{ inputShape, outputs \}: boom/,
  ],
  ["a class", own(module("export default class Net {}\n")), "ERR_MODULE", /fails when it is called .*without 'new'/],
  [
    "a function that gives no model",
    own(module("export default async () => 3;\n")),
    "ERR_MODULE",
    /expected an object, got 3/,
  ],
  ["no name", own(model("name: undefined")), "ERR_MODULE", /expected name to be a text, got nothing/],
  ["no outputs", own(model("outputs: 0")), "ERR_MODULE", /expected outputs to be a positive integer, got 0/],
  ["no start", own(model("initialPoint: 3")), "ERR_MODULE", /expected initialPoint to be a function, got 3/],
  ["other inputs", own(model("inputShape: [5]")), "ERR_SHAPE", /inputs of .* of the shape \[5\] of own, got \[2\]/],
  ["other outputs", own(model("outputs: 4")), "ERR_SHAPE", /targets of .* of the shape \[4\] of own, got \[3\]/],
  [
    "another width",
    own(model("apply: (x, [w]) => tf.matMul(x, tf.slice(w, [0, 0], [2, 1]))")),
    "ERR_SHAPE",
    /own: expected apply to return a tensor of the shape \[48, 3\], rows x outputs, got \[48, 1\]/,
  ],
  ["a scalar", own(model("apply: (x, [w]) => tf.sum(tf.matMul(x, w))")), "ERR_SHAPE", /rows x outputs, got \[\]/],
  ["no tensor", own(model("apply: () => undefined")), "ERR_LOSS", /rows x outputs, got undefined/],
  [
    "a model that throws",
    own(model('apply: () => { throw new Error("boom"); }')),
    "ERR_LOSS",
    /own: apply fails: boom/,
  ],
  [
    "a start that is none",
    own(model("initialPoint: () => undefined")),
    "ERR_OPTION_TYPE",
    /initialPoint to give a list of numbers, got nothing/,
  ],
  ["a short start", own(model("initialPoint: () => new Float64Array(5)")), "ERR_LENGTH", /a start of length 6, got 5/],
  [
    "a start of NaN",
    own(model("initialPoint: () => new Float64Array(6).fill(NaN)")),
    "ERR_NOT_FINITE",
    /got NaN as entry 0/,
  ],
];

const test = suite("models with mistakes in fluxion run train");

test("each is named, with what was expected and what came", () => assertRefused(refused));

test.run();
