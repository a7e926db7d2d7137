import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dataHash } from "../../../src/problems/data/dataHash.ts";
import { portableHash } from "../../../src/problems/data/portableHash.ts";
import * as fc from "../../support/fastCheck.ts";

const hash = suite("dataHash");

hash("is the SHA-256 of the shape and the little-endian numbers", () => {
  // printf '1:2x2;\001\002\003\004' | sha256sum
  assert.is(
    dataHash([2, 2], Uint8Array.of(1, 2, 3, 4)),
    "sha256:f67f247ff5aa9a5feb4169cd396cff265bd7c23265f9247e2467d1d5092cb6c2",
  );
});

hash("is the same for equal numbers and differs by one bit, by the shape and by the type", () => {
  const same = dataHash([2], Float64Array.of(1, 2));
  assert.is(dataHash([2], Float64Array.of(1, 2)), same);
  assert.is(dataHash([2], Float64Array.of(0, 1, 2).subarray(1)), same);
  assert.is.not(dataHash([2], Float64Array.of(1, 2 + 2 ** -51)), same);
  assert.is.not(dataHash([1, 2], Float64Array.of(1, 2)), same);
  assert.is.not(dataHash([2], Uint8Array.of(1, 2)), dataHash([2], Uint16Array.of(1, 2)));
});

hash("is the same without Node's SHA-256", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const head = new TextEncoder().encode(`1:${bytes.length};`);
      assert.is(dataHash([bytes.length], bytes), `sha256:${portableHash(head, bytes)}`);
    }),
  );
});

hash.run();
