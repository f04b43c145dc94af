/** A retry loop in the application's own process, by p-retry: what most people begin with. */
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import pRetry from "p-retry";
import type { Message, Rival } from "./rival.ts";

/** The loop behind a small HTTP door, so that the process can be killed under it like the others. */
export const retryLoop: Rival = {
  name: "p-retry in the process",
  recipe: "11 retries, 200 ms doubling to 2 s, randomised",
  async post({ port }, message) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(message) });
    if (response.status !== 202) throw new Error(`status ${response.status}`);
  },
  async work({ port }, send) {
    let open = 0;
    const server = createServer((request, response) => {
      if (request.method === "GET") {
        response.end(String(open));
        return;
      }
      void json(request).then((body) => {
        open += 1;
        const retries = { retries: 11, minTimeout: 200, maxTimeout: 2_000, factor: 2, randomize: true };
        pRetry(async () => send(body as Message), retries)
          .catch(() => undefined)
          .finally(() => {
            open -= 1;
          });
        response.statusCode = 202;
        response.end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(port, "127.0.0.1", resolve);
    });
  },
  books: async () => null,
  async open({ port }) {
    return Number(await fetch(`http://127.0.0.1:${port}/`).then(async (response) => response.text()));
  },
};
