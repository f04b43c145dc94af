/**
 * A wire that can be cut: a TCP relay on loopback between a worker and what it talks to.
 *
 * `cut` resets every connection, as a firewall that forgot them does. `freeze` keeps them open and lets no byte
 * through, as a half-open connection does, and resets them at the end. It reads nothing of what passes.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A running relay. */
export interface Wire {
  /** Where to connect instead of the target. */
  readonly port: number;
  /** Resets everything now; returns how many ends of connections there were. */
  cut(): number;
  /** Lets nothing through for `ms`, then resets. */
  freeze(ms: number): Promise<number>;
  close(): Promise<void>;
}

/** Relays to a port of 127.0.0.1. */
export async function openWire(targetPort: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("data", (chunk) => {
        if (!other.write(chunk)) one.pause();
      });
      other.on("drain", () => {
        if (!frozen) one.resume();
      });
      one.on("end", () => other.end());
      // A reset on one side is a reset on the other; an orderly end is passed on as one.
      one.on("error", () => reset(other));
      one.on("close", () => {
        sockets.delete(one);
        if (one.readableEnded) other.destroySoon();
        else reset(other);
      });
      if (frozen) one.pause();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const cut = (): number => {
    const all = [...sockets];
    for (const socket of all) reset(socket);
    return all.length;
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async freeze(ms) {
      frozen = true;
      for (const socket of sockets) socket.pause();
      await sleep(ms);
      frozen = false;
      return cut();
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

/** A reset where there is a connection; what is still being connected is given up. */
function reset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** A port nobody listens on, and the ones after it neither. */
export async function freePorts(count: number): Promise<number> {
  for (let first = 21_000; first < 31_000; first += count + 3) {
    const servers = [];
    try {
      for (let port = first; port < first + count; port += 1) {
        const server = createServer();
        server.listen(port, "127.0.0.1");
        await once(server, "listening");
        servers.push(server);
      }
      return first;
    } catch {
      // Somebody has one of them: further on.
    } finally {
      for (const server of servers) server.close();
    }
  }
  throw new Error("no free ports");
}
