// expected: error TS2741: Property 'name' is missing in type '{ step: () => { stepSize: number; }; }' but required in type 'UpdateSpec<undefined, {}, {}>'.
import { defineUpdate } from "fluxion";

defineUpdate({ step: () => ({ stepSize: 0.1 }) });
