/** scripts/check_certificates.py confirms what is true and refutes what is forged. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certificatesText } from "../../../src/cli/certificates/certificatesFile.ts";
import { checkCertificates, missingChecker } from "../../support/certificateChecker.ts";
import { exactCertificates } from "../../support/exactCertificates.ts";
import { forgedFiles, joined } from "../../support/forgeries.ts";

const missing = missingChecker();
if (missing !== undefined) console.log(`skipped: ${missing}`);

/** Made by scripts/storeCertificates.ts. */
const stored = readFileSync(new URL("../../fixtures/certificates.json", import.meta.url), "utf8");

const checker = suite("check_certificates.py");

checker("confirms the critical points of linear autoencoders, which are known in closed form", () => {
  if (missing !== undefined) return;
  for (const shape of [
    { inputs: 3, hidden: 1, seed: 1 },
    { inputs: 4, hidden: 2, seed: 2 },
    { inputs: 5, hidden: 2, seed: 3 },
  ]) {
    const { code, outcomes, stderr } = checkCertificates(
      certificatesText({ version: "test", ...exactCertificates(shape) }),
    );
    assert.is(stderr, "");
    for (const { name, outcome, why } of outcomes) assert.is(outcome, "confirmed", `${name}: ${why}`);
    assert.is(code, 0);
  }
});

checker(
  "confirms stored certificates: of autoencoders, of a regression, of tanh networks, of points near no zero",
  () => {
    if (missing !== undefined) return;
    const { code, outcomes, stderr } = checkCertificates(stored);
    assert.is(stderr, "");
    assert.is(outcomes.length, 10);
    for (const { name, outcome, why } of outcomes) assert.is(outcome, "confirmed", `${name}: ${why}`);
    assert.is(code, 0);
  },
);

checker("refutes each forgery of each stored zero", () => {
  if (missing !== undefined) return;
  const forged = forgedFiles(stored);
  assert.ok(forged.length >= 60, `${forged.length}`);
  const { code, outcomes, stderr } = checkCertificates(joined(forged));
  assert.is(stderr, "");
  assert.is(outcomes.length, forged.length);
  for (const { name, outcome, why } of outcomes) assert.is(outcome, "refuted", `${name}: ${why}`);
  assert.is(code, 1);
});

checker("does not confirm a ball without zeros that holds one, or a file that it cannot read", () => {
  if (missing !== undefined) return;
  const file = JSON.parse(stored) as { certificates: { name: string; excluded?: string }[] };
  const nowhere = file.certificates.filter(({ excluded }) => excluded !== undefined);
  for (const certificate of nowhere) certificate.excluded = "0x1p+9";
  const { outcomes } = checkCertificates(JSON.stringify({ ...file, certificates: nowhere }));
  assert.is(outcomes.length, nowhere.length);
  for (const { name, outcome } of outcomes) assert.is.not(outcome, "confirmed", name);
  assert.ok(outcomes.some(({ outcome }) => outcome === "refuted"));
  for (const text of ["", "[]", "{}", '{"kind":"fluxion certificates","format":2}']) {
    const bad = checkCertificates(text);
    assert.is(bad.code, 2);
    assert.match(bad.stderr, /certificates\.json: /);
  }
});

checker.run();
