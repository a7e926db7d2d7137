import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { gradient } from "../../../src/autodiff/derivatives/differentiate.ts";
import { printGraph } from "../../../src/autodiff/graph/printGraph.ts";

const printing = suite("printGraph");

printing("shows inputs, one node a line with shape and attributes, and the results", () => {
  const b = new GraphBuilder();
  const w = b.input("weights", "parameter", [3, 2]);
  const x = b.constant([1, 2, 3, 4, 5, 6], [2, 3]);
  const loss = b.sum(b.unary("sigmoid", b.matmul(x, w)));
  assert.is(
    printGraph({ inputs: [w], outputs: [loss, ...gradient(b, loss, [w])] }),
    [
      "parameter weights [3, 2]",
      "%0 [2, 3] = constant {1, 2, 3, 4, ... 6 numbers}",
      "%1 [2, 2] = matmul(%0, weights)",
      "%2 [2, 2] = sigmoid(%1)",
      "%3 = sum(%2) over [0, 1]",
      "%4 [2, 2] = logisticDensity(%1)",
      "%5 [3, 2] = matmul(%0, %4) transposeA",
      "return %3, %5",
    ].join("\n"),
  );
});

printing("shows where takes read, as formulas of the axes of their windows", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [7, 3]);
  const maps = [
    { offset: -1, strides: [2, 1, 0] },
    { offset: 2, strides: [0, 0, -1] },
  ];
  const windows = b.take(x, maps, [3, 3, 3]);
  const rows = b.take(
    x,
    [
      { offset: 0, strides: [1, 0], table: Int32Array.of(4, 4) },
      { offset: 0, strides: [0, 1] },
    ],
    [2, 3],
  );
  const text = printGraph({ inputs: [x], outputs: [windows, rows, b.scatterAdd(windows, maps, [7, 3])] });
  assert.match(text, "%0 [3, 3, 3] = take(x) at [-1 + 2 i + j, 2 - k]");
  assert.match(text, "%1 [2, 3] = take(x) at [table(i), j]");
  assert.match(text, "%2 [7, 3] = scatterAdd(%0) at [-1 + 2 i + j, 2 - k]");
});

printing("shows the attributes of every other operation that has some, and uniform constants by value", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", [2, 3]);
  const outputs = [
    b.transpose(x),
    b.cumsum(x, 1, { exclusive: true, reverse: true }),
    b.argMax(x, 0),
    b.logSumExp(x, [1]),
    b.reduceMax(x, [0, 1]),
    b.binary("pow", x, b.fill(2.5, [])),
    b.fill(3, [2]),
  ];
  assert.is(
    printGraph({ inputs: [x], outputs }),
    [
      "parameter x [2, 3]",
      "%0 [3, 2] = transpose(x) to [1, 0]",
      "%1 [2, 3] = cumsum(x) along 1 exclusive reverse",
      "%2 [3] = argMax(x) along 0",
      "%3 [2] = logSumExp(x) over [1]",
      "%4 = reduceMax(x) over [0, 1]",
      "%5 [2, 3] = pow(x, 2.5)",
      "return %0, %1, %2, %3, %4, %5, 3 [2]",
    ].join("\n"),
  );
});

printing("leaves out dead code", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "parameter", []);
  b.unary("exp", x);
  assert.is(printGraph({ inputs: [x], outputs: [x] }), "parameter x\nreturn x");
});

printing.run();
