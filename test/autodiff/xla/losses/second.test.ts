import { xlaLossSuite } from "../../../support/xlaLosses.ts";

xlaLossSuite(1, 4);
