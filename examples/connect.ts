/** Another program watches a run over the network; here both are one program. */
import { bilinear, chain, createViewerServer, iterate, untilStep, webSocket } from "fluxion";
import { extragradient } from "fluxion/operators";
import { connect } from "fluxion/streams";

const server = await createViewerServer();
iterate(bilinear(), [1, 1], chain(extragradient({ stepSize: 0.5 }), untilStep(2000)))
  .pipe(webSocket(server))
  .subscribe();

let rows = 0;
let last = 0;
// What the server prints is all that the other program needs. `run` names one run of several.
connect(server.url, { columns: ["point"] }).subscribe({
  next(row) {
    rows++;
    last = row.squaredFieldNorm;
  },
  error: (error) => console.error(error.message),
  complete() {
    console.log(`${rows} rows, at the end |F|^2 = ${last.toExponential(3)}`);
    void server.close();
  },
});
