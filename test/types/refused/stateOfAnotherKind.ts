// expected: error TS2561: Object literal may only specify known properties, but 'cuont' does not exist in type '{ readonly count: number; }'. Did you mean to write 'count'?
import { defineUpdate } from "fluxion";

defineUpdate({ name: "u", init: () => ({ count: 0 }), step: () => ({ state: { cuont: 1 }, stepSize: 1 }) });
