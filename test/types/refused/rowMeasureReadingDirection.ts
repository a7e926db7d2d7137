// expected: error TS2339: Property 'direction' does not exist on type 'Row'.
import { defineRowMeasure } from "fluxion";

defineRowMeasure({ name: "m", step: (row) => void row.direction });
