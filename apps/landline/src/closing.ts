/**
 * Closing an HTTP server without waiting for nobody.
 *
 * Node counts a connection that never sent a request as busy, and browsers and clients open such ones ahead of need. One
 * of them would hold a drain for as long as a slow answer may.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Milliseconds that answers under way have. */
const answersMaxMs = 10_000;

/** Watches a server that does not listen yet; the returned function closes it: answers under way end, ten seconds at most. */
export function closingOf(server: Server): () => Promise<void> {
  const silent = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => {
      silent.delete(socket);
    });
  });
  let closing = false;
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    silent.delete(socket);
    // An answer that ends meanwhile leaves its connection open for a next request, which nobody would hear.
    response.once("close", () => {
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  });
  return async () => {
    closing = true;
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, answersMaxMs);
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeIdleConnections();
      for (const socket of silent) socket.destroy();
    });
    clearTimeout(cut);
  };
}
