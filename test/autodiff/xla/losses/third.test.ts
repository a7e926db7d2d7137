import { xlaLossSuite } from "../../../support/xlaLosses.ts";

xlaLossSuite(2, 4);
