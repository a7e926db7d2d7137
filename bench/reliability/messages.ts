import { randomSource } from "../../src/random.ts";
import { type Started, startFluxion } from "../../test/support/command.ts";
import * as fc from "../../test/support/fastCheck.ts";
import { anyMessage, malformedRequests, send } from "../../test/support/malformed.ts";
import type { Viewer } from "../../test/support/viewer.ts";
import { connect } from "../../test/support/viewer.ts";
import { add, type Section } from "./section.ts";
import { slowRun } from "./slowRun.ts";

const full = { "well-framed messages": 1_000_000, "random messages": 1_000_000, "malformed requests": 2000 };
/** The server closes a connection that sends more than 100 messages per second. */
const perConnection = 90;
/** Connections at once. The server takes 64 viewers. */
const attackers = 40;

interface Address {
  readonly port: number;
  readonly token: string;
}

async function sendAll(address: Address, messages: readonly (string | Uint8Array)[]): Promise<void> {
  const viewer: Viewer = await connect(address);
  viewer.socket.on("error", () => undefined);
  for (const message of messages) viewer.socket.send(message);
  viewer.socket.close();
  await viewer.closed;
}

/** Bytes that were not framed at all, after a right handshake. */
async function sendBytes(address: Address, bytes: Uint8Array): Promise<void> {
  const viewer = await connect(address);
  viewer.socket.on("error", () => undefined);
  (viewer.socket as unknown as { readonly _socket: { write(bytes: Uint8Array): void } })._socket.write(bytes);
  const leave = setTimeout(() => viewer.socket.terminate(), 200);
  await viewer.closed;
  clearTimeout(leave);
}

function anyBytes(seed: number): Uint8Array {
  const random = randomSource(seed, "bytes");
  return Uint8Array.from({ length: 1 + random.integer(300) }, () => random.integer(256));
}

/** Messages of any content and requests that no client would send, by who has the right to steer. */
export const messages: Section = {
  name: "messages",
  promise: "whatever comes over the network, the rows of the run are those of an undisturbed one",
  shortPart: 0.001,
  isDone: (counts, part) => Object.entries(full).every(([name, most]) => (counts[name] ?? 0) >= most * part),
  async begin(part) {
    const slow = await slowRun(600, 4);
    return {
      close: slow.close,
      async round(index, before) {
        const out = `attacked-${index}`;
        const started: Started = startFluxion(slow.args(out), slow.folder);
        const [, port, token] = await started.says(/page: http:\/\/127\.0\.0\.1:(\d+)\/\S*token=(\S+)/);
        const address = { port: Number(port), token: token! };
        let over = false;
        void started.ended.then(() => {
          over = true;
        });
        await started.says(/files: /);
        const counts: Record<string, number> = {
          "well-framed messages": 0,
          "random messages": 0,
          "malformed requests": 0,
        };
        const missing = (name: keyof typeof full): boolean => (before[name] ?? 0) + counts[name]! < full[name] * part;
        const requests = malformedRequests(address.port);
        let batch = 0;
        const attack = async (): Promise<void> => {
          while (!over) {
            const seed = index * 1_000_000 + batch++;
            try {
              if (missing("malformed requests")) {
                const next = (before["malformed requests"] ?? 0) + counts["malformed requests"]!++;
                await send(address, requests[next % requests.length]!);
              }
              if (missing("well-framed messages")) {
                const texts = fc.sample(anyMessage, { seed, numRuns: perConnection });
                await sendAll(address, texts);
                counts["well-framed messages"]! += texts.length;
              }
              if (missing("random messages")) {
                await sendAll(address, [anyBytes(seed)]);
                await sendBytes(address, anyBytes(seed));
                counts["random messages"]! += 2;
              }
            } catch (error) {
              // The server ends with its run.
              await new Promise((resolve) => setTimeout(resolve, 100));
              if (!over && !/ECONNREFUSED|ECONNRESET|socket hang up|closed/.test(String(error))) throw error;
            }
            if (!Object.keys(full).some((name) => missing(name as keyof typeof full))) return;
          }
        };
        await Promise.all(Array.from({ length: attackers }, attack));
        const { code, stderr } = await started.ended;
        if (code !== 0) throw new Error(`${out}: ${stderr}`);
        if (/it is started again/.test(stderr)) throw new Error(`${out}: the server has died: ${stderr}`);
        slow.assertWhole(out);
        slow.remove(out);
        return add(before, { runs: 1, ...counts, "different bits": 0 });
      },
    };
  },
};
