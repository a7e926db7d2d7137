/** `fluxion doctor`: shows what does the computing on this machine, and what would make it faster. */
import { cpus } from "node:os";
import { Command } from "commander";
import { describeExecutor } from "../../autodiff/executor.ts";
import { base } from "../base.ts";
import { tableLines } from "../table.ts";

export function doctorCommand(): Command {
  return base(new Command("doctor"))
    .description("show what does the computing on this machine, and what would make it faster")
    .option("--json", "print one JSON object")
    .action(({ json }: { json?: boolean }) => {
      const found = describeExecutor();
      const cpu = cpus()[0]?.model ?? "unknown";
      if (json === true) {
        console.log(JSON.stringify({ cpu, ...found }));
        return;
      }
      const { executor, node, blas, multiplyAdd, warnings } = found;
      const rows = [
        ["processor", cpu],
        ["Node.js", node],
        ["executor", executor],
        ["matrix products", blas.library ?? "WebAssembly"],
        ["BLAS build", blas.configuration],
        ["BLAS kernels", blas.core],
        ["multiply-add", multiplyAdd],
      ];
      for (const line of tableLines(["what", "found"], rows)) console.log(line);
      console.log("");
      for (const warning of warnings) console.log(`- ${warning}`);
      if (warnings.length === 0) console.log("Nothing to improve.");
    });
}
