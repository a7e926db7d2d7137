/** One WebSocket to a server: those of browsers, Deno and Node 22, and the one of `ws` in Node 20, behave alike here. */
import { webSocketClass } from "../../host.ts";

/** What comes from a socket, in order. Nothing comes after `lost`. */
interface SocketHandlers {
  readonly text: (text: string) => void;
  readonly bytes: (bytes: Uint8Array) => void;
  /** The connection has ended: its close code, and the reason if there is one. */
  readonly lost: (code: number, reason: string) => void;
}

export interface Socket {
  readonly send: (message: unknown) => void;
  /** Ends the connection; `lost` is not called. */
  readonly close: () => void;
}

/** Seconds of silence after which a server counts as lost. It sends a heartbeat every 5 s. */
const silence = 12;

export function openSocket(who: string, url: string, handlers: SocketHandlers): Socket {
  const socket = new (webSocketClass(who))(url, "v1.fluxion");
  socket.binaryType = "arraybuffer";
  let over = false;
  let silent = 0;
  // Ticks, not the clock: while the program is busy, a server is not silent.
  const watch = setInterval(() => {
    silent++;
    if (silent >= silence) lose(1006, `nothing heard for ${silence} s`);
  }, 1000);
  const end = (): void => {
    over = true;
    clearInterval(watch);
    if (socket.terminate === undefined) socket.close();
    else socket.terminate();
  };
  const lose = (code: number, reason: string): void => {
    if (over) return;
    end();
    handlers.lost(code, reason);
  };
  let trouble = "";
  socket.onmessage = ({ data }) => {
    if (over) return;
    silent = 0;
    if (typeof data === "string") handlers.text(data);
    else handlers.bytes(new Uint8Array(data as ArrayBuffer));
  };
  socket.onerror = (event) => {
    trouble = event.message ?? "";
  };
  socket.onclose = ({ code, reason }) => lose(code, reason || trouble);
  return {
    send: (message) => {
      if (!over) socket.send(JSON.stringify(message));
    },
    close: () => {
      if (!over) end();
    },
  };
}
