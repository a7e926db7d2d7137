import { gradientStep } from "../../src/operators/steps/gradientStep.ts";
import { momentum } from "../../src/operators/steps/momentum.ts";
import { quartic } from "../../src/problems/quartic.ts";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import { webSocket } from "../../src/sinks/webSocket.ts";
import { chain } from "../../src/streams/chain.ts";
import { iterate } from "../../src/streams/iterate.ts";

/** Serves a run of this name that takes commands, makes about a thousand steps per second, and ends when it is told to. */
export function slowRun(server: ViewerServer, name: string): Promise<void> {
  const problem = quartic();
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const slow: typeof problem = {
    ...problem,
    evaluate(point, field) {
      Atomics.wait(clock, 0, 0, 1);
      return problem.evaluate(point, field);
    },
  };
  return new Promise((resolve, reject) => {
    iterate(slow, [1, 2], chain(momentum(), gradientStep(0.001)), { name, commands: server.commandsFor(name) })
      .pipe(webSocket(server))
      .subscribe({ error: reject, complete: resolve });
  });
}
