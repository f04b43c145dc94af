/** The other side of {@link worldAt}: a control server next to the provider that misbehaves. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Behaviour } from "../flaky-server.ts";
import { flakyServer } from "../flaky-server.ts";
import type { Addresses, Ledger } from "./world.ts";

/** Starts both on free ports of 127.0.0.1. */
export async function startControl(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const provider = await flakyServer();
  const unused = await flakyServer();
  await unused.close();
  const gets: Behaviour[] = [];
  const begin = ({ others, gets: next }: { others: readonly Behaviour[]; gets: readonly Behaviour[] }): void => {
    provider.received.length = 0;
    provider.effects.length = 0;
    provider.script.splice(0, Infinity, ...others);
    gets.splice(0, Infinity, ...next);
    provider.answerGet = null;
    if (next.length > 0) provider.answerGet = () => gets.shift() ?? { status: 200, body: "{}" };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const addresses: Addresses = { url: provider.url, closedUrl: unused.url };
      const ledger: Ledger = { received: provider.received, effects: provider.effects };
      if (request.url === "/begin") begin(JSON.parse(text) as Parameters<typeof begin>[0]);
      const isPage = request.url === "/";
      response.setHeader("content-type", isPage ? "text/html" : "application/json");
      const answer = request.url === "/ledger" ? ledger : addresses;
      response.end(isPage ? "<!doctype html><title>Behaviours</title>" : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await provider.close();
    },
  };
}
