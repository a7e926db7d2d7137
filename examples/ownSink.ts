/** A sink of your own is a subscriber: here a CSV file, written as the rows happen. */
import { closeSync, mkdtempSync, openSync, readFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "fluxion";
import { bilinear, chain, iterate, untilStep } from "fluxion";
import { extragradient } from "fluxion/operators";
import { type MonoTypeOperatorFunction, Observable } from "rxjs";

/** Writes each row before passing it on, so the file may slow a run but never loses a row. */
function csvFile<T extends Row>(path: string): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const file = openSync(path, "w");
      writeSync(file, "step,squaredFieldNorm\n");
      const subscription = source.subscribe({
        next(row) {
          writeSync(file, `${row.step},${row.squaredFieldNorm}\n`);
          subscriber.next(row);
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return () => {
        subscription.unsubscribe();
        closeSync(file);
      };
    });
}

const path = join(mkdtempSync(join(tmpdir(), "fluxion-")), "bilinear.csv");
iterate(bilinear(), [1, 1], chain(extragradient({ stepSize: 0.5 }), untilStep(3)))
  .pipe(csvFile(path))
  .subscribe({ complete: () => setImmediate(() => process.stdout.write(readFileSync(path, "utf8"))) });
