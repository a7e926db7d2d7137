#!/usr/bin/env node
import { complain } from "./complain.ts";
import { program } from "./program.ts";

// `fluxion replay ... | head` closes the pipe early, which is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const arguments_ = process.argv.slice(2);
try {
  const command = await program(arguments_, (code) => {
    process.exitCode = code;
  });
  await command.parseAsync(arguments_, { from: "user" });
} catch (error) {
  process.exitCode = complain(error, arguments_.includes("--debug"));
}
