import * as tf from "@tensorflow/tfjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { objective } from "../../../src/problems/objective.ts";
import { assertClose, assertError } from "../../support/assert.ts";
import { normalVector } from "../../support/random.ts";

await tf.setBackend("cpu");

// biome-ignore lint/suspicious/noExplicitAny: tensors of every rank, and calls that are wrong on purpose
type Call = (x: any) => tf.Tensor;
type Calls = Readonly<Record<string, readonly [shape: readonly number[], call: Call, message?: RegExp]>>;

/** Axes left out, counted from the end, sizes of -1, empty results. */
const taken: Calls = {
  "slice from a place to the end": [[4], (x) => x.slice(1)],
  "slice with one place and one size of two axes": [[3, 4], (x) => x.slice(1, 1)],
  "slice with lists shorter than the shape": [[2, 3, 4], (x) => x.slice([0, 1], [1, 2])],
  "slice without sizes": [[3, 4], (x) => x.slice([1])],
  "slice of nothing": [[4], (x) => x.slice([4], [0])],
  "concat along the last axis": [[2, 3], (x) => tf.concat([x, x.exp()], -1)],
  "split along the last axis": [[2, 6], (x) => tf.stack(tf.split(x, 3, -1))],
  "split into a size and the rest": [[6], (x) => tf.concat(tf.split(x, [2, -1]).reverse())],
  "reverse along the last axis": [[2, 3], (x) => x.reverse([-1])],
  "reverse along all axes": [[2, 3], (x) => x.reverse()],
  "reverse along none": [[2, 3], (x) => x.reverse([])],
  "pad by a negative number": [[3], (x) => tf.pad(x, [[-1, 0]])],
  "gather with batch axes counted from the end": [
    [2, 3],
    (x) => tf.gather(x, tf.tensor2d([[0], [2]], [2, 1], "int32"), -1, -1),
  ],
  "gather nothing": [[3], (x) => tf.gather(x, tf.tensor1d([], "int32"))],
  "gather one row by a number": [[2, 3], (x) => tf.gather(x, 1)],
  "stridedSlice beyond the end": [[4], (x) => tf.stridedSlice(x, [0], [9], [2])],
  "stridedSlice backwards": [[4], (x) => tf.stridedSlice(x, [-1], [-9], [-1])],
  "stridedSlice with an ellipsis": [[3, 4, 2], (x) => tf.stridedSlice(x, [0, 0], [1, 1], [1, 1], 0, 0, 1)],
  "stridedSlice with a new axis": [[3, 4], (x) => tf.stridedSlice(x, [0, 0], [1, 1], [1, 1], 0, 0, 0, 1)],
  "explicit paddings of a convolution": [
    [2, 2, 1, 2],
    (x) =>
      tf.conv2d(tf.ones([1, 3, 3, 1]) as tf.Tensor4D, x, 1, [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
  ],
};

/** What TensorFlow.js's backends find, or do not: nothing here may give a number. */
const refused: Calls = {
  "slice beyond the end": [[4], (x) => x.slice([2], [4]), /takes 4 entries from index 2 of axis 0, which has extent 4/],
  "slice from beyond the end": [[4], (x) => x.slice([5]), /index 5/],
  "slice from the end backwards": [[4], (x) => x.slice([-3], [2]), /index -3.*stridedSlice counts from the end/],
  "concat of rows of different lengths": [
    [2, 3],
    (x) => tf.concat([x, tf.ones([2, 2])], 0),
    /joins the shapes \[2, 3\] and \[2, 2\] along axis 0/,
  ],
  "concat along an axis that is not there": [[2, 3], (x) => tf.concat([x, x], 5), /axis 5 of a tensor of rank 2/],
  "split into sizes that do not add up": [[6], (x) => tf.split(x, [2, 5])[0]!, /which has extent 6, into 2, 5/],
  "split into parts that do not fit": [[6], (x) => tf.split(x, 4)[0]!, /which has extent 6, into 1\.5/],
  "reshape to another size": [
    [4],
    (x) => x.reshape([3]),
    /calls reshape with shapes \[4\] that do not fit.*differ in size/,
  ],
  "matMul of other inner extents": [[2, 3], (x) => tf.matMul(x, tf.ones([2, 3])), /do not multiply.*\(in matMul at/],
  "matMul of batches that do not broadcast": [[2, 2, 3], (x) => tf.matMul(x, tf.ones([3, 3, 2])), /do not broadcast/],
  "sum over an axis that is not there": [[2, 3], (x) => x.sum(2), /takes axis 2 of a tensor of rank 2 \(in sum at/],
  "reverse along an axis that is not there": [[2, 3], (x) => x.reverse(-3), /axis -3/],
  "cumsum along an axis that is not there": [[2, 3], (x) => x.cumsum(2), /axis 2/],
  "pad of fewer axes": [[2, 3], (x) => tf.pad(x, [[1, 1]]), /pads 1 axes of a tensor of rank 2/],
  "gatherND by too many coordinates": [
    [2, 3],
    (x) => tf.gatherND(x, tf.ones([1, 3], "int32")),
    /3 coordinates.*rank 2/,
  ],
  "gather in batches of other extents": [
    [2, 3],
    (x) => tf.gather(x, tf.zeros([3, 1], "int32"), 1, 1),
    /gathers axis 1 of \[2, 3\] by \[3, 1\] with 1 batch axes/,
  ],
  "einsum with two extents for a letter": [
    [2, 3],
    (x) => tf.einsum("ij,ji->", x, tf.ones([2, 3])),
    /has extents 3 and 2 for the letter j/,
  ],
  "einsum with a letter too many": [[2, 3], (x) => tf.einsum("ijk->k", x), /shape \[2, 3\] by "ijk"/],
  "segments without an id for each row": [
    [4],
    (x) => tf.unsortedSegmentSum(x, tf.tensor1d([0, 1], "int32"), 2),
    /rows of \[4\] by ids of shape \[2\]/,
  ],
  "a permutation with an axis twice": [[2, 3], (x) => x.transpose([0, 0]), /does not permute/],
  "moments of another length": [[2, 3], (x) => tf.batchNorm(x, tf.ones([2]), tf.ones([3])), /do not broadcast/],
  "a tensor of tensors": [[2], (x) => tf.tensor([x.sum()]), /tensor of values that are not numbers.*tf\.stack/],
};

const shapes = suite("shapes that kernels take");

for (const [name, [shape, call]] of Object.entries(taken)) {
  shapes(`${name}: TensorFlow.js's shape and value`, () => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const found: (readonly number[])[] = [];
    const loss = (x: tf.Tensor): tf.Tensor => {
      const y = call(x);
      found.push(y.shape);
      const weights = Array.from({ length: y.size }, (_, i) => Math.cos(i));
      return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
    };
    const problem = objective([[...shape]], loss);
    const point = normalVector(size, 5);
    const eager = loss(tf.tensor(Array.from(point), [...shape]));
    assertClose(problem.evaluate(point, new Float64Array(size)), eager.dataSync()[0]!, 1e-6);
    for (const other of found) assert.equal(other, found.at(-1));
  });
}

for (const [name, [shape, call, message]] of Object.entries(refused)) {
  shapes(`${name}: refused`, () => {
    assertError(() => objective([[...shape]], (x) => tf.sum(call(x))), "ERR_SHAPE", message!);
  });
}

shapes.run();
