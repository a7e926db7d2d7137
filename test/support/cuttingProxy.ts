import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface CuttingProxy {
  readonly port: number;
  /** Number of connections so far. */
  readonly connections: number;
  readonly close: () => Promise<void>;
}

/**
 * Passes bytes on to a port, and cuts each connection after as many bytes of the server's as `cutAfter` says: within a
 * handshake, a frame, a batch. It says -1 for a connection that is not cut.
 */
export async function cuttingProxy(
  port: number,
  cutAfter: (connection: number) => number,
  at = 0,
): Promise<CuttingProxy> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    let left = cutAfter(connections++);
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => {
      if (left < 0 || bytes.length < left) {
        if (left >= 0) left -= bytes.length;
        if (client.write(bytes)) return;
        upstream.pause();
        client.once("drain", () => upstream.resume());
        return;
      }
      upstream.pause();
      client.end(bytes.subarray(0, left), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(at, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
