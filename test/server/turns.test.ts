import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nextTurn } from "../../src/server/turns.ts";

const turns = suite("turns");

turns("are taken in the order in which they were asked for, those of patient works mostly last", async () => {
  let last = 0;
  for (let trial = 0; trial < 16; trial++) {
    const order: string[] = [];
    const take = (name: string, isPatient = false) => nextTurn(isPatient).then(() => order.push(name));
    await Promise.all([take("patient", true), take("a"), take("b"), take("c")]);
    assert.equal(
      order.filter((name) => name !== "patient"),
      ["a", "b", "c"],
    );
    if (order.at(-1) === "patient") last++;
  }
  assert.ok(last >= 8, `${last} of 16 times`);
});

turns("come to a patient work even if others never cease to ask", async () => {
  let done = false;
  let others = 0;
  const busy = async (): Promise<void> => {
    while (!done && others < 10_000) {
      await nextTurn();
      others++;
    }
  };
  const all = [busy(), busy(), busy()];
  for (let turn = 0; turn < 5; turn++) await nextTurn(true);
  done = true;
  await Promise.all(all);
  assert.ok(others >= 5 && others < 100, `${others} turns of others`);
});

turns.run();
