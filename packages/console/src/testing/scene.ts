/**
 * A believable morning, for pictures: a delivery service with some thousand messages, a bad list, a number that was
 * ported, a few answers that never came.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { numbers, rules } from "./backend.ts";
import type { Backend } from "./backend.ts";

/** What a picture needs to find. */
export interface Scene {
  readonly refused: string;
  readonly doubt: string;
  readonly superseded: string;
  readonly bulk: string;
}

const texts = [
  "Your parcel arrives today between 14:00 and 16:00.",
  "Your table for four is booked for 19:30. See you tonight!",
  "Your prescription is ready at the counter.",
  "Reminder: your appointment is tomorrow at 9:15.",
] as const;

const fiveSeconds = 5_000;

/** Lets it happen, in about `minutes` minutes: time passes in the store, so it has to pass here. */
export async function playScene(backend: Backend, minutes: number): Promise<Scene> {
  const send = async (to: string, reference: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    backend.send(to, texts[reference.length % texts.length] ?? texts[0], { reference, ...more });
  const some = async (
    size: number,
    to: (index: number) => string,
    reference: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly string[]> =>
    Promise.all(
      Array.from({ length: size }, async (_, index) => send(to(index), `${reference}-${1_000 + index}`, more)),
    );
  await faults(backend, []);
  const ticks = minutes * 12;
  const happened = { refused: [] as string[], landlines: [] as string[], doubts: [] as string[] };
  for (let tick = 0; tick < ticks; tick += 1) {
    const began = Date.now();
    const share = tick / ticks;
    // A morning: slow, busy, a dip, busy again.
    const busy = 4 + Math.round(5 * Math.sin(share * 5) ** 2) + (tick % 3);
    await some(busy, (index) => `+1415555${String(2_000 + ((tick * 17 + index) % 7_000))}`, `parcel-${tick}`);
    if (tick % 4 === 0) await backend.ask("POST", "/v1/operations", call(tick), { "idempotency-key": `call-${tick}` });
    if (tick % 5 === 1)
      happened.refused.push(...(await some(1 + (tick % 2), () => numbers.invalid, `booking-${tick}`)));
    if (tick % 9 === 2) happened.landlines.push(...(await some(1, () => numbers.landline, `recall-${tick}`)));
    if (tick % 23 === 4) await some(1, () => numbers.optedOut, `newsletter-${tick}`);
    if (tick % 17 === 6)
      happened.doubts.push(
        ...(await some(1, () => numbers.doubt, `prescription-${tick}`, { guarantee: "at-most-once" })),
      );
    // Too short a morning has no room for an outage and what comes after it.
    if (minutes >= 4 && tick === Math.round(ticks * 0.55)) await faults(backend, outage);
    if (minutes >= 4 && tick === Math.round(ticks * 0.55) + 8) await faults(backend, []);
    await sleep(Math.max(0, began + fiveSeconds - Date.now()));
  }
  const { refused, landlines, doubts } = happened;
  for (const id of [...refused, ...landlines, ...doubts]) await backend.until(id, "parked");
  await decide(backend, landlines[0] ?? "", "fix", async ({ input }) => ({
    input: { ...input, To: "+14155550142" },
    reason: "the customer gave us a mobile number",
  }));
  await decide(backend, doubts[0] ?? "", "assign", async () => ({ assignee: "grace", reason: "knows the pharmacy" }));
  await decide(backend, doubts[0] ?? "", "comment", async () => ({ text: "The pharmacy calls back after lunch." }));
  await decide(backend, refused[1] ?? "", "assign", async () => ({ assignee: "me" }));
  const { id: bulk } = await backend.ask<{ id: string }>("POST", "/v1/bulk", {
    action: "retry",
    query: { state: "parked", code: "21614" },
    reason: "ported numbers, says the carrier",
    rate: 0.2,
  });
  return { refused: refused[0] ?? "", doubt: doubts[0] ?? "", superseded: landlines[0] ?? "", bulk };
}

/** Messages and calls fail alike: that is the provider, not a message. */
const outage = ["messages.create", "calls.create"].map((operation) => ({
  when: { operation },
  do: { status: 503, code: 20_503 },
}));

/** Changes what the provider does wrong; looking messages up works, so that most doubt ends by itself. */
async function faults(backend: Backend, more: readonly unknown[]): Promise<void> {
  const own = rules.rules.filter(({ when }) => when?.operation !== "messages.list");
  const response = await fetch(`${backend.sandboxUrl}/_sandbox/faults`, {
    method: "POST",
    body: JSON.stringify({ ...rules, rules: [...more, ...own] }),
  });
  if (!response.ok) throw new Error(`the sandbox refused its faults: ${await response.text()}`);
}

function call(index: number): unknown {
  return {
    account: "backup",
    operation: "calls.create",
    input: { To: `+1415555${String(4_000 + index)}`, From: "+15005550006", Url: "https://example.com/reminder.xml" },
    reference: `reminder-${index}`,
  };
}

async function decide(
  backend: Backend,
  id: string,
  verb: string,
  body: (seen: { readonly input: Readonly<Record<string, unknown>> }) => Promise<unknown>,
): Promise<void> {
  const seen = await backend.until(id, "parked");
  await backend.ask("POST", `/v1/operations/${id}/${verb}`, await body(seen), { "if-match": `"${seen.version}"` });
}
