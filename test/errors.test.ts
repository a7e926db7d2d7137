import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { errorPage } from "../scripts/errorTable.ts";
import type { ErrorCode } from "../src/errors.ts";
import {
  errorKinds,
  FluxionInputError,
  FluxionRangeError,
  FluxionTypeError,
  failure,
  isFluxionError,
} from "../src/errors.ts";

const errors = suite("failure");

errors("gives each code its class, its code and the message", () => {
  for (const [code, kind] of Object.entries(errorKinds)) {
    const error = failure(code as ErrorCode, "who: what");
    const expected = { type: FluxionTypeError, range: FluxionRangeError, input: FluxionInputError }[kind];
    assert.ok(error instanceof expected, code);
    assert.is(error.code, code);
    assert.is(error.message, "who: what");
    assert.ok(isFluxionError(error));
  }
});

errors("is a TypeError or a RangeError for misuse", () => {
  assert.ok(failure("ERR_OPTION_TYPE", "m") instanceof TypeError);
  assert.ok(failure("ERR_OPTION_RANGE", "m") instanceof RangeError);
});

errors("keeps the cause", () => {
  const cause = new Error("below");
  assert.is(failure("ERR_LENGTH", "m", { cause }).cause, cause);
});

errors("is documented code by code in docs/errors.md", () => {
  assert.is(readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8"), errorPage());
});

errors.run();
