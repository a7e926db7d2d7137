import { activationLosses, basicLosses } from "../../support/losses/basic.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("activations", activationLosses);
lossSuite("test functions, dense networks, classifiers", basicLosses);
