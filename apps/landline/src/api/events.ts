/**
 * The gateway's stream of server-sent events, resumed where it broke off.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../terminal.ts";
import type { ApiClient, Json } from "./client.ts";

/** Every event from now on, as parsed JSON. Ends only when the caller stops asking. */
export async function* events(client: ApiClient): AsyncGenerator<Json> {
  let lastId: string | null = null;
  for (;;) {
    const response: Response = await client.open("/v1/events", {
      headers: { accept: "text/event-stream", ...(lastId === null ? {} : { "last-event-id": lastId }) },
    });
    if (!response.ok || response.body === null)
      throw new CommandError(`the gateway answered ${response.status} to the request for events`);
    try {
      for await (const { id, document } of parse(response.body)) {
        lastId = id ?? lastId;
        yield document;
      }
    } catch (error) {
      if (error instanceof CommandError) throw error;
    }
    await sleep(1_000);
  }
}

async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<{ id: string | null; document: Json }> {
  let buffer = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>) {
    buffer += chunk;
    const blocks = buffer.split(/\r?\n\r?\n/);
    buffer = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string): string[] =>
        block
          .split(/\r?\n/)
          .flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []));
      const data = field("data").join("\n");
      if (data === "") continue;
      yield { id: field("id")[0] ?? null, document: JSON.parse(data) as Json };
    }
  }
}
