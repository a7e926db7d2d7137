import { Observable } from "rxjs";

/** Returns the stream, and calls `change` with 1 for each subscription and with -1 when it ends. */
export function counted<T>(stream: Observable<T>, change: (by: 1 | -1) => void): Observable<T> {
  return new Observable((subscriber) => {
    const inner = stream.subscribe(subscriber);
    change(1);
    return () => {
      inner.unsubscribe();
      change(-1);
    };
  });
}
