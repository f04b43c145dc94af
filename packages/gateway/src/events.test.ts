import { afterEach, expect, test } from "vitest";
import { createHarness } from "./testing/harness.ts";
import type { Harness } from "./testing/harness.ts";

let open: Harness[] = [];
afterEach(async () => {
  await Promise.all(open.map(async (harness) => harness.close()));
  open = [];
});

interface Read {
  readonly status: number;
  /** Reads until this many events came. */
  events(
    count: number,
  ): Promise<readonly { readonly id: string; readonly event: string; readonly data: Record<string, unknown> }[]>;
  abort(): void;
}

async function listen({ gateway }: Harness, headers: Record<string, string> = {}, query = ""): Promise<Read> {
  const controller = new AbortController();
  const response = await gateway.fetch(
    new Request(`http://localhost/v1/events${query}`, {
      headers: { authorization: "Bearer key-viewer", ...headers },
      signal: controller.signal,
    }),
  );
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const found: { id: string; event: string; data: Record<string, unknown> }[] = [];
  return {
    status: response.status,
    abort: () => controller.abort(),
    events: async (count) => {
      while (found.length < count) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error(`the stream ended after ${found.length} events`);
        text += decoder.decode(value, { stream: true });
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const fields = new Map(
            text
              .slice(0, end)
              .split("\n")
              .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
          );
          text = text.slice(end + 2);
          const data = fields.get("data");
          if (data !== undefined)
            found.push({ id: fields.get("id") ?? "", event: fields.get("event") ?? "", data: JSON.parse(data) });
        }
      }
      return found;
    },
  };
}

const harness = (...options: Parameters<typeof createHarness>): Harness => {
  const made = createHarness(...options);
  open.push(made);
  return made;
};

test("everything that changes is told, without numbers, and a cut stream goes on where it ended", async () => {
  const made = harness();
  const stream = await listen(made);
  const { id } = await made.create("e1");
  const [first] = await stream.events(1);
  expect(first).toMatchObject({
    event: "operation.changed",
    data: { type: "operation.changed", id, state: "queued", account: "tw" },
  });
  expect(JSON.stringify(first)).not.toContain("4155552671");
  stream.abort();
  const second = await made.create("e2");
  await made.create("e3");
  const resumed = await listen(made, { "last-event-id": first?.id ?? "" });
  const missed = await resumed.events(2);
  expect(missed[0]?.data["id"]).toBe(second.id);
  expect(missed.map(({ event }) => event)).toEqual(["operation.changed", "operation.changed"]);
});

test("a place nobody knows any more is answered with a reset", async () => {
  const made = harness({ limits: { eventsKept: 2 } });
  const stream = await listen(made);
  for (let index = 0; index < 5; index += 1) await made.create(`k${index}`);
  const [first] = await stream.events(5);
  for (const id of [first?.id ?? "", "other-1", "nonsense"]) {
    const resumed = await listen(made, { "last-event-id": id });
    expect([id, (await resumed.events(1))[0]?.event]).toEqual([id, "reset"]);
  }
});

test("only what was asked for, only what may be seen, only so many streams", async () => {
  const made = harness({ limits: { streamsMax: 3 } });
  const { id } = await made.create("a");
  const one = await listen(made, {}, `?id=${id}`);
  const scoped = await listen(made, { authorization: "Bearer key-scoped" });
  await made.create("b");
  await made.create("c", {
    body: { account: "tw2", operation: "messages.create", input: { To: "+14155552671", Body: "x" } },
  });
  await made.ask("POST", `/v1/operations/${id}/cancel`);
  expect((await one.events(1))[0]?.data).toMatchObject({ id, state: "cancelled" });
  expect((await scoped.events(1))[0]?.data).toMatchObject({ account: "tw2" });
  await listen(made);
  expect((await listen(made)).status).toBe(503);
  one.abort();
  expect((await listen(made)).status).toBe(200);
  expect((await made.ask("GET", "/v1/events")).status).toBe(403);
  expect((await made.ask("GET", "/v1/events?odd=1", { as: "viewer" })).status).toBe(400);
  expect((await made.ask("HEAD", "/v1/events", { as: "viewer" })).status).toBe(503);
});

test("closing ends the streams", async () => {
  const made = createHarness();
  const stream = await listen(made);
  await made.close();
  await expect(stream.events(1)).rejects.toThrow("ended");
});
