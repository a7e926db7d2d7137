import { geometryLosses } from "../../support/losses/geometry.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("scenes, cameras, boxes, curved spaces", geometryLosses);
