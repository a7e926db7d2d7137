// expected: error TS2540: Cannot assign to 'stepSize' because it is a read-only property.
import { update } from "fluxion";

update({
  name: "u",
  step(it) {
    it.stepSize = 0.1;
  },
});
