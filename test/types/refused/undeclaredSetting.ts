// expected: error TS2551: Property 'rat' does not exist on type 'Values<{ readonly rate: { readonly value: 1; }; }>'. Did you mean 'rate'?
import { defineUpdate } from "fluxion";

defineUpdate({
  name: "u",
  settings: { rate: { value: 1 } },
  step: (_it, _state, settings) => ({ stepSize: settings.rat }),
});
