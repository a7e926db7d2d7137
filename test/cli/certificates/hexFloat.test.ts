import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/cli/certificates/hexFloat.ts";
import * as fc from "../../support/fastCheck.ts";

const hex = suite("hexadecimal floats");

hex("give each number back, to the last bit", () => {
  fc.assert(
    fc.property(fc.double(), (x) => {
      assert.ok(Object.is(fromHex(toHex(x)), x), `${x} ${toHex(x)}`);
    }),
  );
  for (const x of [
    0,
    -0,
    5e-324,
    -5e-324,
    2 ** -1022,
    2.2250738585072009e-308,
    Number.MAX_VALUE,
    Number.NaN,
    Infinity,
  ]) {
    assert.ok(Object.is(fromHex(toHex(x)), x), `${x}`);
  }
});

hex("are those of C and Python", () => {
  assert.is(toHex(3), "0x1.8p+1");
  assert.is(toHex(-0.1), "-0x1.999999999999ap-4");
  assert.is(toHex(5e-324), "0x0.0000000000001p-1022");
  assert.is(toHex(0), "0x0p+0");
});

hex("are refused where float64 has no such number", () => {
  for (const text of [
    "",
    "3",
    "0x1",
    "0x2p+0",
    "0x1.00000000000001p+0",
    "0x1p+1024",
    "0x1p-1023",
    "0x0p+3",
    "NaN",
    " 0x1p+0",
  ]) {
    assert.is(fromHex(text), undefined, text);
  }
});

hex.run();
