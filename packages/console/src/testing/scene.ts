/**
 * A believable morning, for pictures: a delivery service with some thousand messages, a bad list, a number that was
 * ported, a few answers that never came.
 */
import { numbers } from "./backend.ts";
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

/** Lets it happen. */
export async function playScene(backend: Backend): Promise<Scene> {
  const text = (index: number): string => texts[index % texts.length] ?? texts[0];
  const many = async (
    size: number,
    to: (index: number) => string,
    reference: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (let from = 0; from < size; from += 20)
      ids.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(20, size - from) }, async (_, offset) => {
            const index = from + offset;
            return backend.send(to(index), text(index), { reference: `${reference}-${1_000 + index}`, ...more });
          }),
        )),
      );
    return ids;
  };
  await many(260, (index) => `+1415555${String(2_000 + index)}`, "parcel");
  const refused = await many(23, () => numbers.invalid, "booking");
  const landlines = await many(9, () => numbers.landline, "recall");
  const gone = await many(4, () => numbers.optedOut, "newsletter");
  const doubts = await many(5, () => numbers.doubt, "prescription", { guarantee: "at-most-once" });
  await many(2, () => numbers.busy, "reminder", { guarantee: "at-most-once" });
  for (const id of [...refused, ...landlines, ...gone, ...doubts]) await backend.until(id, "parked");
  const [parent = ""] = landlines;
  const seen = await backend.until(parent, "parked");
  await backend.ask(
    "POST",
    `/v1/operations/${parent}/fix`,
    { input: { ...seen.input, To: "+14155550142" }, reason: "the customer gave us a mobile number" },
    { "if-match": `"${seen.version}"` },
  );
  const { id: bulk } = await backend.ask<{ id: string }>("POST", "/v1/bulk", {
    action: "retry",
    query: { state: "parked", code: "21614" },
    reason: "ported numbers, says the carrier",
    rate: 2,
  });
  await many(120, (index) => `+1415555${String(3_000 + index)}`, "order");
  return { refused: refused[0] ?? "", doubt: doubts[0] ?? "", superseded: parent, bulk };
}
