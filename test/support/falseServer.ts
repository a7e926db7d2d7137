import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A WebSocket server that does what `act` does to each connection, whatever docs/protocol.md says. Returns its address. */
export async function withFalseServer(
  act: (socket: WebSocket, connection: number) => void,
  test: (address: string) => Promise<void>,
): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "v1.fluxion" });
  await new Promise<void>((resolve) => {
    server.once("listening", resolve);
  });
  let connections = 0;
  server.on("connection", (socket) => act(socket, connections++));
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?token=a-secret`);
  } finally {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}
