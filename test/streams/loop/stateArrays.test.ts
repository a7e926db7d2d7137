import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ownArray, withArrays } from "../../../src/streams/loop/stateArrays.ts";
import * as fc from "../../support/fastCheck.ts";

const test = suite("stateArrays");

const vector = fc.array(fc.double(), { maxLength: 4 }).map((numbers) => Float64Array.from(numbers));
const { state } = fc.letrec((tie) => ({
  state: fc.oneof(
    { maxDepth: 4 },
    vector,
    fc.double(),
    fc.string(),
    fc.constantFrom(null, undefined, true, new Int32Array(3), new Date(0)),
    fc.array(tie("state"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("state"), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(fc.string(), tie("state")), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));

test("the copy equals a clone, and holds no array of the original", () => {
  fc.assert(
    fc.property(state, (value) => {
      const seen = new Set<Float64Array>();
      const given = new Set<Float64Array>();
      const copy = withArrays(value, (array) => {
        seen.add(array);
        const fresh = array.slice();
        given.add(fresh);
        return fresh;
      });
      assert.equal(structuredClone(copy), structuredClone(value));
      assert.ok([...given].every((array) => !seen.has(array)));
    }),
  );
});

test("an array that occurs twice stays one, and a state may hold itself", () => {
  const shared = Float64Array.of(1);
  const circle: { parts: Float64Array[]; self?: unknown } = { parts: [shared, shared] };
  circle.self = circle;
  const copy = withArrays(circle, (array) => array.slice()) as typeof circle;
  assert.is(copy.parts[0], copy.parts[1]);
  assert.is.not(copy.parts[0], shared);
  assert.is(copy.self, copy);
});

test("what cannot be cloned reaches the clone, which refuses it", () => {
  const state = { f: () => 1, v: Float64Array.of(1) };
  assert.throws(() => structuredClone(withArrays(state, ownArray)));
});

test("ownArray copies a part of a memory, and nothing else", () => {
  const whole = Float64Array.of(1, 2, 3);
  assert.is(ownArray(whole), whole);
  const part = ownArray(whole.subarray(1));
  assert.equal([...part], [2, 3]);
  assert.is(part.buffer.byteLength, 16);
});

test.run();
