import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatViewState, parseViewState, type ViewState } from "../../../src/viewer/charts/view/viewState.ts";
import * as fc from "../../support/fastCheck.ts";

const viewState = suite("state of the view in the address");
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }), { maxLength: 8 });
const zooms = fc
  .tuple(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), fc.double({ min: 1e-9, max: 1e12, noNaN: true }))
  .map(([a, b]) => (a === b ? undefined : { min: Math.min(a, b), max: Math.max(a, b) }));
const states: fc.Arbitrary<ViewState> = names.chain((runs) =>
  fc.record({
    runs: fc.constant(runs),
    focus: runs.length === 0 ? fc.constant(undefined) : fc.constantFrom(...runs),
    axis: fc.record({
      quantity: fc.constantFrom("step", "seconds", "evaluations", "products"),
      log: fc.boolean(),
    }),
    zoom: fc.option(zooms, { nil: undefined }),
    smoothing: fc.double({ min: 0, max: 0.3, noNaN: true }).map((share) => Math.abs(share)),
    seeds: fc.boolean(),
    logs: fc
      .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.boolean()), { selector: ([name]) => name })
      // An object lists keys that are numbers first.
      .map((pairs) => Object.fromEntries(pairs.filter(([name]) => name !== "__proto__"))),
    added: names,
    theme: fc.constantFrom("light", "dark", undefined),
  }),
);

/** With the prototypes of ordinary objects. */
const plain = (state: ViewState): ViewState => ({
  ...state,
  axis: { ...state.axis },
  logs: { ...state.logs },
});

viewState("is read back as it was written, whatever the names", () => {
  fc.assert(
    fc.property(states, (state) => {
      assert.equal(parseViewState(`#${formatViewState(state)}`), plain(state));
      // A browser hands the address on as a URL.
      assert.equal(parseViewState(new URL(`http://a/#${formatViewState(state)}`).hash), plain(state));
    }),
  );
});

viewState("that is not there leaves everything as it was chosen before", () => {
  for (const hash of ["", "#", "#token=abc", "#theme=dark"]) assert.is(parseViewState(hash), undefined);
});

viewState("that makes no sense is that of an address which says nothing", () => {
  const plain = parseViewState("#x=step")!;
  for (const nonsense of [
    "x=__proto__&scale=&zoom=5..1",
    "x=step&zoom=NaN..3&smooth=NaN",
    "x=step&zoom=1..Infinity&smooth=-1",
    "x=step&zoom=..&smooth=1e9&theme=pink&seeds=yes&y=value:up&y=:log",
    "x=step&scale=log&zoom=0..5",
  ]) {
    assert.equal(parseViewState(`#${nonsense}`), plain, nonsense);
  }
  assert.ok(parseViewState(`#${"run=a&".repeat(10_000)}`)!.runs.length === 1);
  const many = Array.from({ length: 1000 }, (_, i) => `chart=c${i}`).join("&");
  assert.is(parseViewState(`#${many}`)!.added.length, 64);
});

viewState.run();
