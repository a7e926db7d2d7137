// expected: error TS2339: Property 'direction' does not exist on type 'Row'.
import { measureRows } from "fluxion";

measureRows({ name: "m", step: (row) => void row.direction });
