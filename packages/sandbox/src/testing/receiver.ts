/** A webhook endpoint for tests: keeps what it gets and answers what it is told to. */
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";

/** One received callback. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** See the module comment. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** Status of the n-th answer (from 0); null never answers. */
  answers: (index: number) => number | null;
  close(): Promise<void>;
}

/** Opens an endpoint on a free port of 127.0.0.1. */
export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const status = receiver.answers(received.length);
      received.push({ url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (status !== null) response.writeHead(status, { "content-length": 0 }).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const receiver: Receiver = {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    received,
    answers: () => 204,
    close: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

/** Waits until `holds`, for at most twenty seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("It did not happen within twenty seconds");
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
