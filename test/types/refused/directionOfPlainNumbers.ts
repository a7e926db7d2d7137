// expected: error TS2740: Type 'number[]' is missing the following properties from type 'Float64Array<ArrayBufferLike>': BYTES_PER_ELEMENT, buffer, byteLength, byteOffset, and 3 more.
import { defineUpdate } from "fluxion";

defineUpdate({ name: "u", step: () => ({ direction: [1, 2], stepSize: 1 }) });
