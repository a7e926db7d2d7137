/** `fluxion doctor`: shows what does the computing on this machine, and what would make it faster. */
import { cpus } from "node:os";
import type { Command } from "commander";
import { describeExecutor } from "../../autodiff/executor.ts";
import { kernelFacts } from "../../linalg/blas/blas.ts";
import { kernelAdvice, tryKernels } from "../kernelSpeeds.ts";
import { tableLines } from "../table.ts";

/** Adds the options of `fluxion doctor` and what it does. */
export function doctorCommand(command: Command): void {
  command.option("--json", "print one JSON object").action(({ json }: { json?: boolean }) => {
    const described = describeExecutor();
    const { blas } = described;
    const kernels = tryKernels(blas);
    // What was measured here replaces what is known of the kernels in general.
    const general = `BLAS: ${blas.warning}`;
    const measured = kernelAdvice(kernelFacts(blas), kernels);
    const warnings = described.warnings.flatMap((warning) =>
      warning === general && measured !== undefined ? [] : [warning],
    );
    if (measured !== undefined) warnings.push(`BLAS: ${measured}`);
    const found = { ...described, warnings };
    const cpu = cpus()[0]?.model ?? "unknown";
    if (json === true) {
      console.log(JSON.stringify({ cpu, ...found, kernels }));
      return;
    }
    const { executor, node, native, multiplyAdd } = found;
    const rows = [
      ["processor", cpu],
      ["Node.js", node],
      ["executor", executor],
      ["matrix products", blas.library ?? "WebAssembly"],
      ["BLAS build", blas.configuration],
      ["BLAS kernels", blas.core],
      ["loops", native.library === undefined ? "WebAssembly" : `${native.library}, ${native.width} numbers at once`],
      ["multiply-add", multiplyAdd],
    ];
    for (const line of tableLines(["what", "found"], rows)) console.log(line);
    if (kernels.length > 0) {
      console.log("");
      const tried = kernels.map(({ setting, core, speed }) => [setting ?? "(not set)", core, speed]);
      for (const line of tableLines(["OPENBLAS_CORETYPE", "kernels", "operations per ns"], tried)) console.log(line);
    }
    console.log("");
    for (const warning of warnings) console.log(`- ${warning}`);
    if (warnings.length === 0) console.log("Nothing to improve.");
  });
}
