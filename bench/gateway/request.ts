/** What every client of the gateway's benchmark sends: an SMS of about 300 bytes of JSON. */

/** The API key of the benchmark. */
export const apiKey = "benchmark-key-0123456789abcdef";

/** The body of request `number`. */
export function body(number: number): string {
  return JSON.stringify({
    account: "tw",
    operation: "messages.create",
    reference: `order_${number}`,
    input: {
      To: `+1415555${String(2_000 + (number % 8_000))}`,
      From: "+15005550006",
      Body: "Your order has shipped and will arrive on Tuesday between nine and eleven. ".repeat(2),
    },
  });
}

/** The least anybody would check before a 202. */
export function isMessage(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "account" in value &&
    typeof value.account === "string" &&
    "operation" in value &&
    typeof value.operation === "string" &&
    "input" in value &&
    typeof value.input === "object" &&
    value.input !== null
  );
}
