import { failure } from "../../errors.ts";
import type { DeviceDescription } from "../devices/deviceExecutor.ts";
import { precisionOf } from "../devices/precision.ts";
import type { Precision } from "../executorNames.ts";
import { loadBinding } from "./binding.ts";
import { flag, sessionOf } from "./session.ts";

/** A product of matrices of small integers, whose entries are exact in float32 too. */
function checkProduct(precision: Precision): void {
  const session = sessionOf(precision);
  const [a, b] = [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(1, -1, 2, 0, 3, 5)];
  const out = new Float64Array(4);
  session.attempt(() => {
    const operands = [session.put(a, [2, 3]), session.put(b, [3, 2])] as const;
    const attributes = [...session.typed, flag("transpose_a", false), flag("transpose_b", false)];
    const product = session.op("MatMul", attributes, operands);
    session.get(product, out, 0);
    for (const tensor of [...operands, product]) session.free(tensor);
  });
  const expected = [14, 14, 32, 26];
  if (expected.every((entry, i) => entry === out[i])) return;
  throw failure(
    "ERR_DEVICE",
    `executor tensorflow: expected ${expected.join(", ")} for a known product in ${precision}, got ${out.join(", ")}`,
  );
}

const known = new Map<string, DeviceDescription>();

/** Loads the binding, computes a known product and says what computed it. @throws ERR_DEVICE if it cannot compute */
export function describeTensorFlow(): DeviceDescription {
  const { binding, path, origin } = loadBinding();
  const precision = precisionOf();
  let found = known.get(precision);
  if (found === undefined) {
    checkProduct(precision);
    const accelerator = binding.isUsingGpuDevice();
    found = {
      library: path,
      version: `${origin}, TensorFlow ${binding.TF_Version}`,
      device: accelerator ? "GPU" : "CPU",
      accelerator,
      precision,
    };
    known.set(precision, found);
  }
  return found;
}
