/** `fluxion doctor`: shows what does the computing on this machine, and what would make it faster. */
import { cpus } from "node:os";
import type { Command } from "commander";
import { describeExecutor } from "../../autodiff/executor.ts";
import { kernelFacts } from "../../linalg/blas/fittingKernels.ts";
import { kernelSpeed } from "../../linalg/blas/kernelSpeed.ts";
import { peakSpeed } from "../../linalg/blas/kernels.ts";
import { deviceReport } from "../devices/deviceReport.ts";
import { kernelAdvice, libraryAdvice, tryKernels, tryLibraries } from "../kernelSpeeds.ts";
import { say } from "../output/say.ts";
import { tableLines } from "../output/table.ts";

/** Adds the options of `fluxion doctor` and what it does. */
export function doctorCommand(command: Command): void {
  command.option("--json", "print one JSON object");
  command.option("--device", "check and time the executors for devices instead: tensorflow, xla");
  command.action(({ json, device }: { json?: boolean; device?: boolean }) => {
    if (device === true) {
      deviceReport(json === true);
      return;
    }
    const described = describeExecutor();
    const { blas } = described;
    const kernels = tryKernels(blas);
    const libraries = tryLibraries(blas);
    // What was measured here replaces what is known of the kernels in general.
    const general = `BLAS: ${blas.warning}`;
    const measured = kernelAdvice(kernelFacts(blas), kernels);
    const warnings = described.warnings.flatMap((warning) =>
      warning === general && measured !== undefined ? [] : [warning],
    );
    if (measured !== undefined) warnings.push(`BLAS: ${measured}`);
    const faster = libraryAdvice(libraries);
    if (faster !== undefined) warnings.push(`BLAS: ${faster}`);
    const found = { ...described, warnings };
    const [processor] = cpus();
    const cpu = processor?.model ?? "unknown";
    const speed = kernelSpeed()?.speed;
    const peak = processor === undefined ? undefined : peakSpeed(processor.speed / 1000);
    if (json === true) {
      say(JSON.stringify({ cpu, ...found, kernels, libraries, speed, peak }));
      return;
    }
    const { executor, device: library, chosen, node, native, multiplyAdd, threads } = found;
    const rows = [
      ["processor", cpu],
      ["Node.js", node],
      ["executor", executor],
      ["device", library === undefined ? undefined : `${library.device}, ${library.precision}, by ${library.version}`],
      ["chosen", chosen?.join("; ")],
      ["matrix products", blas.library ?? (native.library === undefined ? "WebAssembly" : "native kernels")],
      ["BLAS build", blas.configuration],
      ["BLAS kernels", blas.insteadOf === undefined ? blas.core : `${blas.core} instead of ${blas.insteadOf}`],
      ["operations per ns", speedText(speed, peak)],
      ["loops", native.library === undefined ? "WebAssembly" : `${native.library}, ${native.width} numbers at once`],
      ["multiply-add", multiplyAdd],
      ["threads", threads],
    ];
    const there = rows.filter(([, found]) => found !== undefined);
    for (const line of tableLines(["what", "found"], there)) say(line);
    if (kernels.length > 0) {
      say("");
      const tried = kernels.map(({ setting, core, speed }) => [setting ?? "(not set)", core, speed]);
      for (const line of tableLines(["OPENBLAS_CORETYPE", "kernels", "operations per ns"], tried)) say(line);
    }
    if (libraries.length > 1) {
      say("");
      const rows = libraries.map(({ library, core, speed }) => [library, core, speed]);
      for (const line of tableLines(["library", "kernels", "operations per ns"], rows)) say(line);
    }
    say("");
    for (const warning of warnings) say(`- ${warning}`);
    if (warnings.length === 0) say("Nothing to improve.");
  });
}

function speedText(speed: number | undefined, peak: number | undefined): string | undefined {
  if (speed === undefined) return undefined;
  const most = peak === undefined ? "" : ` of at most about ${peak.toFixed(0)} on one core at its nominal clock`;
  return `${speed.toFixed(1)}${most}`;
}
