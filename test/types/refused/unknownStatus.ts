// expected: error TS2322: Type '"finished"' is not assignable to type 'Status | undefined'.
import { measureRows } from "fluxion";

measureRows({ name: "m", step: () => ({ status: "finished" }) });
