/** A server for webhooks, which answers as a test wants it to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HookServer {
  readonly url: string;
  /** Bodies of the requests, in order. */
  readonly bodies: Record<string, unknown>[];
  close(): void;
}

/** Starts a server. `answer` gets the number of the request, from 0; it may leave the request without an answer. */
export async function hookServer(
  answer: (response: ServerResponse, number: number, request: IncomingMessage) => void,
): Promise<HookServer> {
  const bodies: Record<string, unknown>[] = [];
  let count = 0;
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      bodies.push(JSON.parse(text) as Record<string, unknown>);
      answer(response, count++, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-part`,
    bodies,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
