import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** Shows the server of a port, which is asked for with each request, below a path, which it takes away, as reverse proxies do. Everything else is not found. */
export async function pathProxy(
  port: () => number,
  path: string,
): Promise<{ readonly origin: string; readonly close: () => Promise<void> }> {
  const inner = (url = "/"): string | undefined => (url.startsWith(`${path}/`) ? url.slice(path.length) : undefined);
  const proxy = createServer((asked, answer) => {
    const url = inner(asked.url);
    if (url === undefined) {
      answer.writeHead(404).end();
      return;
    }
    const { method, headers } = asked;
    asked.pipe(
      request({ port: port(), host: "127.0.0.1", method, headers, path: url }, (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      }),
    );
  });
  proxy.on("upgrade", (asked: IncomingMessage, socket) => {
    const url = inner(asked.url);
    if (url === undefined) {
      socket.destroy();
      return;
    }
    const upstream = connect(port(), "127.0.0.1", () => {
      const lines = [`GET ${url} HTTP/1.1`];
      for (let i = 0; i < asked.rawHeaders.length; i += 2)
        lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
      upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) {
      end.on("error", () => undefined);
      end.on("close", () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, "127.0.0.1", resolve);
  });
  return {
    origin: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        proxy.closeAllConnections();
        proxy.close(() => resolve());
      }),
  };
}
