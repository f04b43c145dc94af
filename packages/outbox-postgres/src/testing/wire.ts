/**
 * A wire to the server that can be cut at the worst moment: after the server has done what was asked, before the answer
 * arrives.
 */
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

/** A wire on a port of its own. */
export interface Wire {
  readonly port: number;
  /** Answers that were lost so far. */
  readonly lost: number;
  /** The next statement that has this text is carried out, and the connection is cut instead of answering. */
  loseAnswer(text: string): void;
  /** From now on it leads to another server; what leads to the old one is cut. */
  redirect(serverPort: number): void;
  close(): Promise<void>;
}

/** The server's word that it is done and waits: type `Z`, five bytes of length and state. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5]);

/** Opens a wire to a server on 127.0.0.1. */
export async function openWire(port: number): Promise<Wire> {
  let serverPort = port;
  let wanted: string | null = null;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(serverPort, "127.0.0.1");
    let cutting = false;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (bytes) => {
      if (wanted !== null && bytes.includes(wanted)) {
        wanted = null;
        cutting = true;
      }
      far.write(bytes);
    });
    far.on("data", (bytes) => {
      if (!cutting) {
        near.write(bytes);
        return;
      }
      if (!bytes.includes(ready)) return;
      lost += 1;
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    get lost() {
      return lost;
    },
    loseAnswer: (text) => {
      wanted = text;
    },
    redirect: (to) => {
      serverPort = to;
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
