/** scripts/check_certificates.py confirms what is true and refutes what is forged. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certificatesText } from "../../../src/cli/certificates/certificatesFile.ts";
import { checkCertificates, missingChecker } from "../../support/certificateChecker.ts";
import { exactCertificates } from "../../support/exactCertificates.ts";
import { forgedFiles, joined } from "../../support/forgeries.ts";

const missing = missingChecker();
if (missing !== undefined) console.log(`skipped: ${missing}`);

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

checker("refutes each forgery of each of them", () => {
  if (missing !== undefined) return;
  const { problems, certificates } = exactCertificates({ inputs: 4, hidden: 2, seed: 2 });
  const forged = certificates
    .filter((_, i) => i % 3 === 1)
    .flatMap((certificate) =>
      forgedFiles(certificatesText({ version: "test", problems, certificates: [certificate] })),
    );
  const { code, outcomes, stderr } = checkCertificates(joined(forged));
  assert.is(stderr, "");
  assert.is(outcomes.length, forged.length);
  for (const { name, outcome, why } of outcomes) assert.is(outcome, "refuted", `${name}: ${why}`);
  assert.is(code, 1);
});

checker.run();
