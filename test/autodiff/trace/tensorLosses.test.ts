import { smallModelLosses } from "../../support/losses/models.ts";
import { tensorLosses } from "../../support/losses/tensors.ts";
import { lossSuite } from "../../support/lossSuite.ts";

lossSuite("losses by operations on tensors", tensorLosses);
lossSuite("small models", smallModelLosses);
