import type { Kernel } from "../../../src/autodiff/trace/lowerings/table.ts";
import { elementwiseKernels } from "./elementwiseKernels.ts";
import type { KernelCase } from "./lossCase.ts";
import { tensorKernels } from "./tensorKernels.ts";

/** For every kernel of TensorFlow.js that is supported, one loss whose value and derivatives depend on it. */
export const kernelLosses: Readonly<Record<Kernel, KernelCase>> = { ...elementwiseKernels, ...tensorKernels };
