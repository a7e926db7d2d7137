import { writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certificatesText, readCertificates } from "../../../src/cli/certificates/certificatesFile.ts";
import { writeCertificates } from "../../../src/cli/certificates/writeCertificates.ts";
import { assertError } from "../../support/assert.ts";
import { exactCertificates } from "../../support/exactCertificates.ts";
import * as fc from "../../support/fastCheck.ts";
import { scratchPath } from "../../support/scratch.ts";

const content = exactCertificates({ inputs: 3, hidden: 1, seed: 1 });

const file = suite("certificates.json");

file("gives back every number to the last bit", () => {
  const path = scratchPath("certificates.json");
  writeCertificates(path, content);
  const { problems, certificates } = readCertificates(path);
  assert.equal(JSON.parse(JSON.stringify(problems)), JSON.parse(JSON.stringify(content.problems)));
  for (const [i, { statement, name, problem }] of certificates.entries()) {
    const given = content.certificates[i]!;
    assert.is(name, given.name);
    assert.is(problem, 0);
    const { excluded, ...rest } = given.statement;
    assert.is(excluded, undefined);
    assert.equal(JSON.parse(JSON.stringify(statement)), JSON.parse(JSON.stringify(rest)));
    assert.equal([...statement.point], [...given.statement.point]);
  }
});

file("is refused by name if a bit of it has changed", () => {
  const text = certificatesText({ version: "test", ...content });
  fc.assert(
    fc.property(fc.nat(text.length - 2), fc.integer({ min: 1, max: 126 }), (at, change) => {
      const code = (text.charCodeAt(at) ^ change) & 127;
      const path = scratchPath("changed.json");
      writeFileSync(path, text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1));
      if (code === text.charCodeAt(at)) return;
      // The checksum is looked for at the end; where that is hit, the file counts as one without, and may be whole.
      if (at > text.length - 40) return;
      assertError(() => readCertificates(path), "ERR_CERTIFICATES", /changed\.json/);
    }),
    { numRuns: 60 },
  );
});

file("is refused with the place of what is wrong", () => {
  const plain = JSON.parse(certificatesText({ version: "test", ...content })) as Record<string, unknown>;
  const { checksum: _, ...rest } = plain;
  const first = (rest.certificates as Record<string, unknown>[])[0]!;
  const problem = (rest.problems as { loss: object }[])[0]!;
  const cases: readonly [unknown, RegExp][] = [
    [[], /expected an object/],
    [{ ...rest, kind: "run" }, /the kind "fluxion certificates", got "run"/],
    [{ ...rest, format: 9 }, /format 1, which this version of fluxion reads, got 9/],
    [{ ...rest, writer: {} }, /a version in writer/],
    [{ ...rest, problems: 3 }, /a list in problems/],
    [{ ...rest, problems: [{ ...problem, loss: { family: "cubic" } }] }, /problems\[0\]\.loss/],
    [{ ...rest, problems: [{ ...problem, loss: { ...problem.loss, divisor: 3 } }] }, /loss\.divisor/],
    [{ ...rest, certificates: [{ ...first, problem: 5 }] }, /number of a problem, got 5 in certificates\[0\]/],
    [{ ...rest, certificates: [{ ...first, point: ["0x1p+0"] }] }, /6 numbers, got 1 in certificates\[0\]\.point/],
    [
      { ...rest, certificates: [{ ...first, exists: "1e-9" }] },
      /hexadecimal float, got "1e-9" in certificates\[0\]\.exists/,
    ],
    [{ ...rest, certificates: [{ ...first, verdict: "perhaps" }] }, /a verdict/],
    [{ ...rest, certificates: [{ ...first, morseIndex: -1 }] }, /a count in certificates\[0\]\.morseIndex/],
    [{ ...rest, certificates: [{ ...first, loss: ["0x1p+0"] }] }, /two bounds/],
    [{ ...rest, certificates: [{ ...first, symmetry: "gl" }] }, /a list in certificates\[0\]\.symmetry/],
  ];
  for (const [changed, message] of cases) {
    const path = scratchPath("wrong.json");
    writeFileSync(path, JSON.stringify(changed));
    assertError(() => readCertificates(path), "ERR_CERTIFICATES", message);
  }
  assertError(() => readCertificates("/nowhere/certificates.json"), "ERR_CERTIFICATES", /there is no/);
});

file.run();
