import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c, hex } from "../../../src/arrow/checks/checksum.ts";
import type { NamedStatement } from "../../../src/cli/certificates/certificatesFile.ts";
import { certificateShelf } from "../../../src/cli/certificates/endCertificates.ts";
import { writeCertificates } from "../../../src/cli/certificates/writeCertificates.ts";
import { exactCertificates } from "../../support/exactCertificates.ts";
import { scratchPath } from "../../support/scratch.ts";

const { problems, certificates } = exactCertificates({ inputs: 3, hidden: 1, seed: 1 });
const { problem, statement } = certificates[0]!;
const { morseIndex, ...none } = statement;
const about = (name: string, change: Partial<NamedStatement["statement"]>, given?: Float64Array): NamedStatement => ({
  name,
  problem,
  ...(given === undefined ? {} : { given }),
  statement: { ...statement, ...change },
});
const checksumOf = (point: Float64Array): string => hex(crc32c(new Uint8Array(point.buffer.slice(0))));

const shelf = suite("certificates of served runs");

shelf(
  "are those of the experiment and of the run itself, as they are now, with the point that they are about",
  async () => {
    const experiment = scratchPath("experiment");
    mkdirSync(join(experiment, "b"), { recursive: true });
    const kept = certificateShelf();
    for (const run of ["a", "b", "c", "d", "e"]) kept.place(`shown-${run}`, join(experiment, run));
    assert.equal(await kept.read(), { ends: [], trouble: [] });
    const given = statement.point.map((x) => x + 1);
    const path = join(experiment, "certificates.json");
    writeCertificates(path, {
      problems,
      certificates: [
        about("a", {}),
        about("b", { verdict: "zero, given the symmetry" }, given),
        // Newton's steps have led far away: what is proved of the end is that no zero is near it, or nothing.
        about("c", { moved: 1, excluded: 0.25, because: "Far away." }, given),
        about("d", { moved: 1, excluded: 0 }, given),
        { name: "e", problem, statement: { ...none, morseIndex: undefined, verdict: "undecided" } },
        about("elsewhere", {}),
      ],
    });
    const { ends } = await kept.read();
    assert.equal(
      ends.map(({ run, outcome, morseIndex: index }) => [run, outcome, index]),
      [
        ["shown-a", "zero", morseIndex],
        ["shown-b", "given", undefined],
        ["shown-c", "none", undefined],
        ["shown-d", "away", undefined],
        ["shown-e", "undecided", undefined],
      ],
    );
    assert.is(ends[0]!.point, checksumOf(statement.point));
    assert.is(ends[1]!.point, checksumOf(given));
    assert.is(ends[0]!.text, statement.because);
    assert.is(ends[2]!.text, "Far away. No zero lies within 0.249 of the point itself.");
    writeCertificates(join(experiment, "b", "certificates.json"), { problems, certificates: [about("b", {})] });
    const both = (await kept.read()).ends.filter(({ run }) => run === "shown-b");
    assert.equal(
      both.map(({ outcome }) => outcome),
      ["zero", "given"],
    );
    writeFileSync(path, "{}");
    const { ends: rest, trouble } = await kept.read();
    assert.is(rest.length, 1);
    assert.is(trouble.length, 1);
    assert.match(trouble[0]!, /certificates\.json: expected the kind/);
  },
);

shelf.run();
