import {
  type Code,
  FunctionBuilder,
  f64,
  f64x2,
  i32,
  type Local,
  loop,
  v128,
  when,
} from "../../../linalg/wasm/code.ts";

/**
 * Makes a function that copies runs of a larger array to windows, or adds windows to the larger array.
 *
 * Its parameters are the addresses of windows, larger array and table, the number of runs, how often the table is used,
 * and how far both arrays move after each use.
 */
export function moveFunction(op: "take" | "scatterAdd"): FunctionBuilder {
  const builder = new FunctionBuilder(["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [windows, large, table, runs, repeat, windowsStep, largeStep] = builder.parameters as Local[] &
    [Local, Local, Local, Local, Local, Local, Local];
  const local = (): Local => builder.local("i32");
  const [entry, left, window, place, length, step] = [local(), local(), local(), local(), local(), local()];
  const two = i32.constant(2);
  const forward = (pointer: Local, by: Code): Code => pointer.set(i32.add(pointer.get, by));
  const down = (counter: Local, by: Code): Code => counter.set(i32.sub(counter.get, by));
  const pair =
    op === "take"
      ? v128.store(window.get, v128.load(place.get))
      : v128.store(place.get, f64x2.add(v128.load(place.get), v128.load(window.get)));
  const single =
    op === "take"
      ? f64.store(window.get, f64.load(place.get))
      : f64.store(place.get, f64.add(f64.load(place.get), f64.load(window.get)));
  const run: Code = [
    window.set(i32.add(windows.get, i32.load(entry.get, 0))),
    place.set(i32.add(large.get, i32.load(entry.get, 4))),
    length.set(i32.load(entry.get, 8)),
    step.set(i32.load(entry.get, 12)),
    when(
      i32.and(i32.eq(step.get, i32.constant(8)), i32.greaterEqualSigned(length.get, two)),
      loop((again) => [
        pair,
        forward(window, i32.constant(16)),
        forward(place, i32.constant(16)),
        down(length, two),
        again(i32.greaterEqualSigned(length.get, two)),
      ]),
    ),
    when(
      length.get,
      loop((again) => [
        single,
        forward(window, i32.constant(8)),
        forward(place, step.get),
        down(length, i32.constant(1)),
        again(length.get),
      ]),
    ),
    forward(entry, i32.constant(16)),
  ];
  builder.body = loop((repeatAgain) => [
    entry.set(table.get),
    left.set(runs.get),
    when(
      left.get,
      loop((again) => [run, down(left, i32.constant(1)), again(left.get)]),
    ),
    forward(windows, windowsStep.get),
    forward(large, largeStep.get),
    down(repeat, i32.constant(1)),
    repeatAgain(repeat.get),
  ]);
  return builder;
}
