import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkProgram, commandWords } from "../../../src/sinks/alerts/commandWords.ts";
import { assertError } from "../../support/assert.ts";
import * as fc from "../../support/fastCheck.ts";

const words = suite("commandWords");

words("gives words back that were quoted for sh, whatever they hold", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (given) => {
      const quoted = given.map((text) => `'${text.replaceAll("'", "'\\''")}'`).join("  ");
      assert.equal(commandWords("test", quoted), given);
    }),
  );
});

words("leaves what a shell would expand as it is", () => {
  assert.equal(commandWords("test", "tell $HOME `id` $(id) *.ts a;b | c > d"), [
    ...["tell", "$HOME", "`id`", "$(id)", "*.ts", "a;b", "|", "c", ">", "d"],
  ]);
  assert.equal(commandWords("test", `a "b 'c' \\" d" '' e\\ f`), ["a", `b 'c' " d`, "", "e f"]);
});

words("refuses what is no command, and programs that are not there", () => {
  for (const bad of ["", "   ", "'open", 'a "b', "''", "a\0b"]) {
    assertError(() => commandWords("test", bad), "ERR_OPTION_RANGE", /test: expected a command/);
  }
  for (const missing of ["./nothing-here", "no-such-program-anywhere", "/tmp"]) {
    assertError(() => checkProgram("test", missing), "ERR_OPTION_RANGE", /cannot run/);
  }
  checkProgram("test", process.execPath);
  checkProgram("test", "sh");
});

words.run();
