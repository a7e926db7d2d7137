/** Clients that speak the protocol of WebSockets and mean no good: the server closes them, and others do not notice. */
import { createHash, randomBytes } from "node:crypto";
import { connect as connectSocket, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ViewerServer } from "../../src/server/createViewerServer.ts";
import * as fc from "../support/fastCheck.ts";
import { connect, withServer } from "../support/viewer.ts";

const hostile = suite("hostile clients");

interface Peer {
  readonly socket: Socket;
  /** Close code that the server sent; undefined: it cut the connection off. */
  readonly closed: Promise<number | undefined>;
}

/** A socket after the handshake, to which frames are written by hand. */
async function peer({ port, token }: ViewerServer): Promise<Peer> {
  const socket = connectSocket(port, "127.0.0.1");
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET /stream?token=${token} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`,
  );
  let received = Buffer.alloc(0);
  const closed = new Promise<number | undefined>((resolve) => {
    socket.on("data", (bytes) => {
      received = Buffer.concat([received, bytes as Buffer]);
      const code = closeCodeIn(received);
      if (code !== undefined) resolve(code);
    });
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(closeCodeIn(received)));
  });
  while (!received.includes("\r\n\r\n")) await new Promise((resolve) => setTimeout(resolve, 5));
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const head = received.toString("latin1").split("\r\n\r\n")[0]!;
  assert.ok(head.includes(accept), head);
  assert.not.match(head, /permessage-deflate/);
  return { socket, closed };
}

/** Walks through the frames that the server sent, behind the head of its answer. */
function closeCodeIn(bytes: Buffer): number | undefined {
  let at = bytes.indexOf("\r\n\r\n") + 4;
  while (at >= 4 && at + 2 <= bytes.length) {
    const short = bytes[at + 1]! & 127;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + header > bytes.length) return undefined;
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    if ((bytes[at]! & 15) === 8 && at + header + 2 <= bytes.length) return bytes.readUInt16BE(at + header);
    at += header + length;
  }
  return undefined;
}

interface FrameOptions {
  readonly fin?: boolean;
  readonly masked?: boolean;
  readonly reserved?: number;
  /** Length that the frame claims. Default: that of its payload. */
  readonly claims?: number;
}

function frame(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0, claims = payload.length } = options;
  const short = claims < 126;
  const head = Buffer.alloc(short ? 2 : 10);
  head[0] = (fin ? 128 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 128 : 0) | (short ? claims : 127);
  if (!short) head.writeBigUInt64BE(BigInt(claims), 2);
  const mask = Buffer.from([1, 2, 3, 4]);
  const body = Buffer.from(payload).map((byte, i) => byte ^ (masked ? mask[i % 4]! : 0));
  return Buffer.concat([head, ...(masked ? [mask] : []), body]);
}

const text = (message: unknown): Buffer => frame(1, Buffer.from(JSON.stringify(message)));
const subscribe = { subscribe: { run: "nobody" } };

/** What the client sends, and the code with which it is closed; several where it depends on what is noticed first. */
const attacks: Readonly<Record<string, readonly [bytes: () => Buffer, codes: readonly (number | undefined)[]]>> = {
  "a frame of 4 GB": [() => frame(1, new Uint8Array(10), { claims: 2 ** 32 }), [1009]],
  "a frame of 2^62 bytes": [() => frame(1, new Uint8Array(10), { claims: 2 ** 62 }), [1009, 1002]],
  "fragments that together are too long": [
    () =>
      Buffer.concat([
        frame(1, new Uint8Array(60_000).fill(32), { fin: false }),
        ...Array.from({ length: 3 }, () => frame(0, new Uint8Array(60_000).fill(32), { fin: false })),
      ]),
    [1009],
  ],
  "bad UTF-8 in a text": [() => frame(1, Uint8Array.of(0x7b, 0xff, 0xc0, 0x80, 0x7d)), [1007]],
  "bad UTF-8 in a close frame": [() => frame(8, Uint8Array.of(3, 232, 0xff, 0xfe)), [1007]],
  "a close code that does not exist": [() => frame(8, Uint8Array.of(0, 1)), [1002]],
  "a frame without a mask": [() => frame(1, Buffer.from("{}"), { masked: false }), [1002]],
  "a compressed frame, though nothing was agreed": [() => frame(1, new Uint8Array(10), { reserved: 4 }), [1002]],
  "an unknown opcode": [() => frame(11, new Uint8Array(2)), [1002]],
  "a control frame in fragments": [() => frame(9, new Uint8Array(2), { fin: false }), [1002]],
  "a continuation of nothing": [() => frame(0, Buffer.from("{}")), [1002]],
  "bytes instead of text": [() => frame(2, Buffer.from("{}")), [4400]],
  "a deep JSON text": [() => frame(1, Buffer.from("[".repeat(30_000) + "]".repeat(30_000))), [4400]],
  "more pings than anybody needs": [
    () => Buffer.concat(Array.from({ length: 500 }, () => frame(9, new Uint8Array(125)))),
    [4400],
  ],
  "more messages than anybody needs": [
    () => Buffer.concat(Array.from({ length: 500 }, () => text({ acknowledge: {} }))),
    [4400],
  ],
  "many subscriptions to a run that is not there": [
    () => Buffer.concat(Array.from({ length: 500 }, () => text(subscribe))),
    [4404, 4400],
  ],
};

hostile("each is closed with a code that says why, while a viewer beside it is served", () =>
  withServer(async (server) => {
    const good = await connect(server);
    await good.message("runs");
    for (const [name, [bytes, codes]] of Object.entries(attacks)) {
      const { socket, closed } = await peer(server);
      socket.write(bytes());
      const code = await Promise.race([closed, new Promise((resolve) => setTimeout(() => resolve("none"), 10_000))]);
      assert.ok(codes.includes(code as number), `${name}: closed with ${String(code)}`);
      socket.destroy();
    }
    good.socket.ping("still there");
    const [answer] = (await new Promise((resolve) => good.socket.once("pong", (...data) => resolve(data)))) as [Buffer];
    assert.is(String(answer), "still there");
    await (await connect(server)).message("runs");
  }),
);

hostile("a client that sends pings and reads nothing costs the server no memory", () =>
  withServer(async (server) => {
    const { socket } = await peer(server);
    socket.pause();
    const pings = Buffer.concat(Array.from({ length: 5000 }, () => frame(9, new Uint8Array(125).fill(7))));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 20 && !socket.destroyed; i++) {
      socket.write(pings);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 40 * 2 ** 20);
    socket.destroy();
    await (await connect(server)).message("runs");
  }),
);

hostile("any bytes behind the handshake close the connection or wait for more, and never end the server", () =>
  withServer(async (server) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 40 }),
            fc
              .tuple(fc.nat({ max: 15 }), fc.uint8Array({ maxLength: 130 }), fc.boolean(), fc.nat({ max: 7 }))
              .map(([opcode, payload, fin, reserved]) => frame(opcode, payload, { fin, reserved })),
          ),
          { minLength: 1, maxLength: 8 },
        ),
        async (parts) => {
          const { socket, closed } = await peer(server);
          for (const part of parts) socket.write(part);
          socket.end();
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 200))]);
          socket.destroy();
        },
      ),
      { numRuns: 60 },
    );
    await (await connect(server)).message("runs");
  }),
);

hostile.run();
