import { physicsLosses } from "../../support/losses/physics.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("derivatives inside losses, linear algebra", physicsLosses);
