/**
 * Sockets: reads whole requests and hands them on. Listens on 127.0.0.1 and nowhere else.
 */
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Received } from "../fake.ts";

/** Bytes of a request body that are still read; a larger one is refused with 413. */
export const bodyBytesMax = 4_194_304;

/** A listening server. */
export interface Listener {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

const nothing = Buffer.alloc(0);

/**
 * Opens a server.
 * @param port 0: a free one
 * @throws Error when the port is taken
 */
export async function listen(
  port: number,
  now: () => number,
  serve: (received: Received, response: ServerResponse) => void,
): Promise<Listener> {
  // Longer than any client keeps an idle connection, so that no request meets a connection that is just being closed.
  const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (request, response) =>
    receive(request, response, now, serve),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The sandbox has no port");
  return { port: address.port, url: `http://127.0.0.1:${address.port}`, close: async () => shut(server) };
}

async function shut(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function receive(
  request: IncomingMessage,
  response: ServerResponse,
  now: () => number,
  serve: (received: Received, response: ServerResponse) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyBytesMax) chunks.push(chunk);
  });
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  request.on("end", () => {
    if (size > bodyBytesMax) {
      response.writeHead(413, { "content-length": 0, connection: "close" }).end();
      return;
    }
    const { method = "GET", url = "/", headers } = request;
    const mark = url.indexOf("?");
    const body = chunks.length === 1 ? (chunks[0] ?? nothing) : Buffer.concat(chunks);
    const path = mark < 0 ? url : url.slice(0, mark);
    serve({ at: now(), method, path, search: mark < 0 ? "" : url.slice(mark + 1), headers, body }, response);
  });
}
