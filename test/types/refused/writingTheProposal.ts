// expected: error TS2540: Cannot assign to 'stepSize' because it is a read-only property.
import { defineUpdate } from "fluxion";

defineUpdate({
  name: "u",
  step(it) {
    it.stepSize = 0.1;
  },
});
