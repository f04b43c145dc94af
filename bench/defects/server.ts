/** A server on a loopback socket that answers every request in one way and counts what it received. */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens, runs `work`, closes. @returns what `work` made and when each request arrived, in milliseconds */
export async function against<Result>(
  answer: (response: ServerResponse, number: number) => void,
  work: (url: string, arrivals: readonly number[]) => Promise<Result>,
): Promise<{ readonly result: Result; readonly arrivals: readonly number[]; readonly bodies: readonly string[] }> {
  const arrivals: number[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      arrivals.push(performance.now());
      bodies.push(body);
      answer(response, arrivals.length);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  try {
    const result = await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals);
    return { result, arrivals, bodies };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Resolves to the value, to the error, or to `null` after `ms`. */
export async function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  const caught = work.catch((error: unknown) => error);
  return Promise.race([caught, new Promise((resolve) => void setTimeout(resolve, ms, null))]);
}
