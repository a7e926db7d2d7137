import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c, hex } from "../../../src/arrow/checks/checksum.ts";
import { jsonSeal, sealedJson } from "../../../src/arrow/checks/sealedJson.ts";
import * as fc from "../../support/fastCheck.ts";
import { flipped } from "../../support/flips.ts";

const sums = suite("crc32c");

sums("gives the values of RFC 3720, appendix B.4, and of the usual test text", () => {
  const of = (bytes: Iterable<number>): string => hex(crc32c(Uint8Array.from(bytes)));
  assert.is(of(new TextEncoder().encode("123456789")), "e3069283");
  assert.is(of(new Uint8Array(32)), "8a9136aa");
  assert.is(of(new Uint8Array(32).fill(0xff)), "62a8ab43");
  assert.is(of(Array.from({ length: 32 }, (_, i) => i)), "46dd794e");
  assert.is(of(Array.from({ length: 32 }, (_, i) => 31 - i)), "113fdb5c");
  assert.is(of([]), "00000000");
});

/** Divides bit by bit, as the definition says. */
function byDefinition(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
  }
  return ~rest >>> 0;
}

sums("agrees with the definition for any bytes at any place, in one part or two", () => {
  const lengths = fc.uint8Array({ maxLength: 70 });
  fc.assert(
    fc.property(lengths, fc.nat({ max: 9 }), fc.nat({ max: 70 }), (bytes, shift, cut) => {
      const placed = new Uint8Array(shift + bytes.length + 3).subarray(shift, shift + bytes.length);
      placed.set(bytes);
      const expected = byDefinition(bytes);
      assert.is(crc32c(placed), expected);
      const middle = Math.min(cut, bytes.length);
      assert.is(crc32c(placed, middle, bytes.length, crc32c(placed, 0, middle)), expected);
    }),
  );
});
sums.run();

const json = suite("sealedJson");
const content = { format: 1, name: "a", columns: { "ü€😀": { meaning: "m" } }, attempts: [{ rows: 3, value: 0.1 }] };

json("is whole, holds the content, and replaces a checksum that was there", () => {
  const text = sealedJson(content);
  assert.is(jsonSeal(text), "whole");
  const { checksum, ...rest } = JSON.parse(text);
  assert.match(checksum, /^[0-9a-f]{8}$/);
  assert.equal(rest, content);
  assert.is(sealedJson(JSON.parse(text)), text);
  assert.is(jsonSeal(sealedJson({})), "whole");
});

json("is unchecked without a checksum, and damaged with one that does not fit", () => {
  assert.is(jsonSeal(JSON.stringify(content)), "unchecked");
  assert.is(jsonSeal(""), "unchecked");
  assert.is(jsonSeal(JSON.stringify({ ...content, checksum: "00000000" })), "damaged");
});

json("shows no change of any bit as whole, and as unchecked only what keeps its content", () => {
  const text = sealedJson(content);
  const bytes = new TextEncoder().encode(text);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = new TextDecoder().decode(flipped(bytes, bit));
    const state = jsonSeal(changed);
    assert.is.not(state, "whole", `bit ${bit}`);
    if (state === "damaged") continue;
    let read: Record<string, unknown>;
    try {
      read = JSON.parse(changed);
    } catch {
      continue;
    }
    for (const [name, value] of Object.entries(content)) assert.equal(read[name], value, `bit ${bit}`);
  }
});
json.run();
