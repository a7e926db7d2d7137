import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fluxion, scratchDirectory } from "../support/command.ts";

const check = suite("fluxion check");

check("prints a table for two points and ends with 0 where all derivatives agree", async () => {
  const { code, stdout, stderr } = await fluxion(["check", "mnist-autoencoder", "--samples", "30"]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /mnist-autoencoder, n = 552/);
  assert.is(stdout.match(/^gradient .* agrees$/gm)?.length, 2);
  assert.is(stdout.match(/^product .* agrees$/gm)?.length, 2);
});

check("ends with 1 where a module's own gradient is wrong", async () => {
  const here = scratchDirectory();
  const module = `
    import { experiment } from "fluxion/experiments";
    import { gradientStep, chain, quartic, untilStep } from "fluxion";
    const wrong = { ...quartic(), evaluate(z, field) { const value = quartic().evaluate(z, field); field[1] *= 1.001; return value; } };
    export default experiment({ name: "wrong", summary: "a gradient that is off by a thousandth",
      run: (_, context) => context.iterate(wrong, [1, 2], chain(untilStep(3), gradientStep(0.1))) });`;
  writeFileSync(join(here, "wrong.ts"), module);
  const { code, stdout, stderr } = await fluxion(["check", "./wrong.ts"], here);
  assert.is(code, 1, stderr);
  assert.match(stdout, /^gradient .* differs$/m);
});

check("explains itself, and refuses what it does not know", async () => {
  const help = await fluxion(["check", "--help"]);
  assert.is(help.code, 0);
  assert.match(help.stdout, /Exit codes/);
  const unknown = await fluxion(["check", "dlea"]);
  assert.is(unknown.code, 2);
  assert.match(unknown.stderr, /Did you mean "dlae"\?/);
});

check.run();
