import { join } from "node:path";
import { contents, startOn } from "../../test/support/owners.ts";
import { add, type Section } from "./section.ts";
import { module_, slowRounds } from "./slowRun.ts";

const hosts = ["alpha", "beta", "alpha", "beta"];

/** Four resumes at once of a run that was killed at a random moment. */
export const resumes: Section = {
  name: "resumes",
  promise: "of four resumes at once on two host names one goes on, and the others are refused and leave no file",
  shortPart: 0.1,
  isDone: ({ rounds = 0 }, part) => rounds >= 20 * part,
  begin: () =>
    slowRounds("resumes", { steps: 150, milliseconds: 4 }, async ({ slow, random, out, before }) => {
      const { folder, args } = slow;
      const run = startOn("alpha", [...args(out), "--no-serve"], folder);
      await run.says(/files: resumes/);
      await new Promise((resolve) => setTimeout(resolve, 200 + 1500 * random.uniform()));
      run.process.kill("SIGKILL");
      await run.ended;
      const given = ["resume", out, module_, "--no-serve"];
      const outcomes = await Promise.all(hosts.map((host) => startOn(host, given, folder).ended));
      const said = outcomes.map(({ code, stderr }) => `exit ${code}: ${stderr}`).join("\n");
      const codes = outcomes.map(({ code }) => code).sort();
      if (codes.join() !== "0,2,2,2") throw new Error(`${out}: ${said}`);
      slow.assertWhole(out);
      const names = Object.keys(contents(join(folder, out)));
      // The killed attempt has the first file of each run, the resume that went on the second.
      const strange = names.filter(
        (name) => !/\/(experiment\.json|run\.json|checkpoint\.bin|iterates-000[12]\.arrows|ends.*)$/.test(name),
      );
      if (strange.length > 0) throw new Error(`${out}: ${strange.join(", ")} should not be there`);
      return add(before, { rounds: 1, "went on": 1, refused: 3, "files left": 0 });
    }),
};
