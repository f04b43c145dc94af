/** Landline as a library, on the same database: what the others are held against. */
import { createSender } from "@landline/client";
import { createOutbox } from "@landline/outbox";
import type { Outbox } from "@landline/outbox";
import { migratePostgres, openPostgresStore } from "@landline/outbox-postgres";
import { twilio } from "@landline/providers/twilio";
import { attemptTimeoutMs } from "./rival.ts";
import type { Belief, Rival } from "./rival.ts";

const policy = {
  attemptTimeout: `${attemptTimeoutMs}ms`,
  attemptsMax: 12,
  backoff: { base: "200ms", factor: 2, max: "2s" },
  totalWaitMax: "10m",
};
let posting: Outbox | null = null;
let leave = async (): Promise<void> => undefined;

async function open(url: string, baseUrl: string): Promise<{ outbox: Outbox; close: () => Promise<void> }> {
  const store = await openPostgresStore(url);
  const account = twilio({
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "proof-auth-token",
    baseUrl,
    lookupSettle: "500ms",
  });
  const outbox = createOutbox({ store, waker: store, createSender, accounts: { tw: account }, policy });
  return {
    outbox,
    async close() {
      await outbox.stop();
      await store.close();
    },
  };
}

const numberOf = (reference: string | null): number => Number(reference);

/** With the same timeout and the same waits as everybody. */
export const landline: Rival = {
  name: "Landline",
  recipe: "12 attempts, 200 ms doubling to 2 s; asks the provider when an answer is lost",
  async prepare({ url, provider }) {
    await migratePostgres(url, { dryRun: false });
    const opened = await open(url, provider);
    posting = opened.outbox;
    leave = opened.close;
  },
  async post(_target, { number, to, body }) {
    const result = await posting?.enqueue({
      account: "tw",
      operation: "messages.create",
      input: { To: to, From: "+15005550006", Body: body },
      reference: String(number),
      idempotencyKey: `message-${number}`,
    });
    if (result?.type !== "accepted") throw new Error(`not accepted: ${JSON.stringify(result)}`);
  },
  async work({ url, provider }) {
    const { outbox } = await open(url, provider);
    await outbox.run();
  },
  leave: async () => leave(),
  async books() {
    const books = new Map<number, Belief>();
    if (posting === null) return null;
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Outbox["list"]>> = await posting.list({}, { limit: 200, cursor });
      if (page === "bad_cursor") throw new Error("the store does not know its own cursor");
      for (const { reference, state } of page.operations) {
        const belief = state === "parked" ? "failed" : ["accepted", "delivered"].includes(state) ? "sent" : "open";
        books.set(numberOf(reference), belief);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    return books;
  },
  async open() {
    const counts = (await posting?.counts()) ?? {};
    return ["queued", "sending", "retrying", "reconciling"].reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  },
};
