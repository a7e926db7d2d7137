import { Option } from "commander";

/** The options `--portable` and `--no-portable`: whether the bits of a run are the same on every machine. */
export function portableOptions(): Option[] {
  return [
    new Option(
      "--portable",
      "compute the same digits on every machine and in every engine: without BLAS (default: where no experiment is named)",
    ),
    new Option("--no-portable", "compute by the fastest means of this machine, also where no experiment is named"),
  ];
}
