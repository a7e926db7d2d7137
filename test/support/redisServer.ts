/** A Redis server of a test's own, which can be killed and come back, and a proxy before it that cuts. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether there is a redis-server to test with. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export interface RedisServer {
  readonly port: number;
  /** Process of the server, which another one follows after a restart. */
  readonly pid: number;
  readonly url: string;
  /** Kills the server by SIGKILL, and starts it again with what its log of commands holds. */
  restart(): Promise<void>;
  /** Kills the server, and starts another one in its place that holds nothing. */
  restartEmpty(): Promise<void>;
  close(): Promise<void>;
}

/** A server that asks for a password, and speaks TLS with a certificate of its own. */
export interface RedisSecrets {
  readonly password?: string;
  /** Whether connections are encrypted; `certificate` is then what clients have to trust. */
  readonly tls?: boolean;
}

/** Starts a server that appends each command to its log and syncs it every second. */
export async function startRedis({
  password,
  tls = false,
}: RedisSecrets = {}): Promise<RedisServer & { readonly certificate: string }> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "fluxion-redis-"));
  const certificate = join(directory, "certificate.pem");
  const key = join(directory, "key.pem");
  const args = ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"];
  if (tls) {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
    spawnSync("openssl", [...made, "-keyout", key, "-out", certificate]);
    args.push("--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no");
    args.push("--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate);
  } else args.push("--port", String(port));
  if (password !== undefined) args.push("--requirepass", password);
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn("redis-server", [...args, "--dir", directory], { stdio: "ignore" });
    await answers(port, tls || password !== undefined);
  };
  const kill = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.kill(signal);
    });
  await start();
  return {
    port,
    certificate,
    get pid() {
      return child.pid!;
    },
    url: `redis${tls ? "s" : ""}://127.0.0.1:${port}`,
    async restart() {
      await kill("SIGKILL");
      await start();
    },
    async restartEmpty() {
      await kill("SIGKILL");
      rmSync(join(directory, "appendonlydir"), { recursive: true, force: true });
      await start();
    },
    close: () => kill("SIGTERM"),
  };
}

/** A proxy on a port of its own. */
export interface Proxy {
  readonly url: string;
  /** Cuts all connections, and refuses others until `open`. */
  cut(): void;
  open(): void;
  close(): void;
}

/** Starts a proxy before a port. */
export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let refusing = false;
  const server: Server = createServer((socket) => {
    if (refusing) {
      socket.destroy();
      return;
    }
    const other = createConnection(to, "127.0.0.1");
    for (const [one, two] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.on("error", () => two.destroy());
      one.on("close", () => {
        sockets.delete(one);
        two.destroy();
      });
      one.pipe(two);
    }
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    cut() {
      refusing = true;
      for (const socket of sockets) socket.destroy();
    },
    open() {
      refusing = false;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** @param guarded whether it is enough that somebody listens */
async function answers(port: number, guarded: boolean): Promise<void> {
  for (;;) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, "127.0.0.1");
      socket.setTimeout(1000, () => socket.destroy());
      socket.on("connect", () => {
        if (guarded) {
          resolve(true);
          socket.destroy();
        } else socket.write("PING\r\n");
      });
      // While it loads its log it answers with an error.
      socket.on("data", (data) => {
        resolve(String(data).startsWith("+PONG"));
        socket.destroy();
      });
      socket.on("error", () => resolve(false));
      socket.on("close", () => resolve(false));
    });
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
