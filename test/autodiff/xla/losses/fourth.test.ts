import { xlaLossSuite } from "../../../support/xlaLosses.ts";

xlaLossSuite(3, 4);
