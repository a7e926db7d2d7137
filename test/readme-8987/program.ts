import { chain, createViewerServer, iterate, newtonMR, quartic, runDirectory, untilCritical, webSocket } from "fluxion";

const server = await createViewerServer();
console.log(server.url);
const search = chain(untilCritical({ squaredFieldNorm: 1e-20 }), newtonMR());
iterate(quartic(), [-3.5, 1], search, { name: "mine", commands: server.commandsFor("mine") })
  .pipe(runDirectory("runs/mine"), webSocket(server))
  .subscribe({ complete: () => server.close() });
