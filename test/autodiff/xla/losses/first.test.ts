import { xlaLossSuite } from "../../../support/xlaLosses.ts";

xlaLossSuite(0, 4);
