/** Graphs for several values at once, and the programs of samples that are made of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GraphBuilder } from "../../../src/autodiff/build/builder.ts";
import { executors } from "../../../src/autodiff/executor.ts";
import { type Node, sizeOf } from "../../../src/autodiff/graph/graph.ts";
import { oneSample } from "../../../src/autodiff/passes/samples/oneSample.ts";
import { SamplePrograms } from "../../../src/autodiff/samplePrograms.ts";
import { assertClose } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";
import { assertBatched } from "../../support/graphLaws.ts";
import { traceCase } from "../../support/lossLaws.ts";
import { describeProgram, lossOf, programs } from "../../support/programs/randomProgram.ts";
import { uniformVector } from "../../support/random.ts";

const several = suite("a graph for several values at once");

// test/autodiff/derivatives/rules.test.ts tries every primitive.
several("gives the values and gradients of random programs for each of them", () => {
  let count = 0;
  fc.assert(
    fc.property(programs, fc.integer({ min: 1, max: 1000 }), (program, place) => {
      const { traced, loss, gradient } = traceCase(lossOf(program));
      const at = Object.fromEntries(
        traced.parameters.map(({ attributes: { name }, shape }, i) => [
          name,
          uniformVector(sizeOf(shape), place + i, -1.2, 1.2),
        ]),
      );
      try {
        assertBatched(traced.builder, traced.parameters, [loss, ...gradient], at);
      } catch (error) {
        throw new Error(`${describeProgram(program)}: ${String(error)}`);
      }
      count++;
    }),
    { numRuns: 150 },
  );
  assert.ok(count >= 150);
});

several.run();

const blocks = suite("programs of samples");

/** A net of two layers on samples that lie along the first or the last axis of the data, with a loss per sample. */
function example(samples: number, last: boolean) {
  const b = new GraphBuilder();
  const x = b.input("x", "data", last ? [3, samples] : [samples, 3]);
  const parameters = [
    b.input("w", "parameter", [3, 5]),
    b.input("v", "parameter", [5, 1]),
    b.input("c", "parameter", []),
  ];
  const [w, v, c] = parameters as [Node, Node, Node];
  const hidden = b.unary("tanh", b.matmul(last ? b.transpose(x) : x, w));
  const z = b.add(b.matmul(hidden, v), c);
  const losses = b.sum(b.unary("softplus", z), [1]);
  const cut = oneSample([z, losses], parameters as Node<"input">[], samples);
  if (cut.kind !== "separate") throw new Error("the samples cannot be told apart");
  return { graph: cut.graph, data: uniformVector(3 * samples, 1, -1, 1), point: uniformVector(21, 2, -1, 1) };
}

for (const executor of executors) {
  for (const last of [false, true]) {
    blocks(
      `give the same for blocks of any size, ${executor}, samples along the ${last ? "last" : "first"} axis`,
      () => {
        const samples = 11;
        const { graph, data, point } = example(samples, last);
        const made = Array.from({ length: samples + 2 }, (_, k) => {
          const programs = new SamplePrograms(graph, samples, { blockSize: k + 1, executor });
          const rows: Float64Array[] = [];
          programs.forEach(
            "loss",
            () => data,
            point,
            (i, row) => {
              assert.is(i, rows.length);
              rows.push(row.slice());
            },
          );
          const gradients = programs.matrix("loss", () => data, point);
          assert.equal(Float64Array.from(rows.flatMap((row) => [...row])), gradients);
          return [gradients, programs.matrix("outputs", () => data, point)] as const;
        });
        const [first] = made as [(typeof made)[0]];
        for (const [gradients, jacobian] of made) {
          if (executor === "float64") {
            assertClose(gradients, first[0], 1e-14);
            assertClose(jacobian, first[1], 1e-14);
          } else {
            // Each number is computed by the same operations in the same order.
            assert.equal(gradients, first[0]);
            assert.equal(jacobian, first[1]);
          }
        }
      },
    );
  }
}

blocks("read data that lie elsewhere block by block", () => {
  const samples = 11;
  const { graph, data, point } = example(samples, false);
  const reads: number[] = [];
  const elsewhere = {
    length: data.length,
    write(): void {
      throw new Error("all data at once");
    },
    part(target: Float64Array, from: number): void {
      reads.push(target.length);
      target.set(data.subarray(from, from + target.length));
    },
  };
  const programs = new SamplePrograms(graph, samples, { blockSize: 4 });
  assert.equal(
    programs.matrix("loss", () => elsewhere, point),
    programs.matrix("loss", () => data, point),
  );
  assert.equal(reads, [12, 12, 12]);
});

blocks.run();
