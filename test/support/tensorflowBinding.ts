import { loadBinding } from "../../src/autodiff/tensorflow/binding.ts";

/** Whether this machine has the binding of TensorFlow.js. It says so if it has not. */
export function hasTensorFlow(): boolean {
  try {
    loadBinding();
    return true;
  } catch {
    console.log("skipped: no native binding of TensorFlow.js here (scripts/build-tfjs-node.sh makes it)");
    return false;
  }
}
