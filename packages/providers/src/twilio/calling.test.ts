import type { Observation, Provider } from "@landline/core";
import { describe, expect, test } from "vitest";
import { callsCreate, messagesCreate, twilioCalls } from "./client.ts";
import type { TwilioOperations } from "./operations.ts";
import { twilio } from "./provider.ts";

const options = { accountSid: `AC${"0".repeat(32)}`, authToken: "token-1234567890", from: "+15005550006" };
const whole = twilio(options);
const small = twilioCalls(options, { "messages.create": messagesCreate });
const input = { To: "+15551234567", From: "+15005550006", Body: "Your order is on its way" };
const context = { operationId: "op_1", idempotencyKey: "key", callbackUrl: "https://example.com/webhooks/tw" };

const refusal = (code: string, status: number): Observation => ({
  type: "response",
  status,
  headers: {},
  body: JSON.stringify({ code: Number(code), message: "refused", status }),
  complete: true,
  at: 0,
});
const read = (provider: Provider<Pick<TwilioOperations, "messages.create">>, seen: Observation): unknown =>
  provider.operations["messages.create"].observe(seen, input, 0);

describe("a provider for calls only", () => {
  test("has the operations that were named, and no others", () => {
    expect(Object.keys(small.operations)).toEqual(["messages.create"]);
    const two = twilioCalls(options, { "messages.create": messagesCreate, "calls.create": callsCreate });
    expect(Object.keys(two.operations)).toEqual(["messages.create", "calls.create"]);
  });

  test("sends and asks the same bytes with the same credentials as the whole one", () => {
    const [ours, theirs] = [small, whole].map((provider) => provider.operations["messages.create"]);
    expect(ours?.describe(input, context)).toEqual(theirs?.describe(input, context));
    expect(ours?.lookup?.describe(input, context)).toEqual(theirs?.lookup?.describe(input, context));
    expect(ours?.traits).toEqual(theirs?.traits);
    expect(small.probe?.describe()).toEqual(whole.probe?.describe());
    expect(JSON.stringify(small.credentials)).toBe(JSON.stringify(whole.credentials));
    expect(small.secrets).toEqual(whole.secrets);
  });

  test("reads every code that comes as an answer as the whole one does", () => {
    const answers = [...whole.errors.values()].filter(({ arrives }) => arrives === "sync" || arrives === "both");
    expect(answers.length).toBeGreaterThan(50);
    for (const { code, status } of answers) {
      const seen = refusal(code, status ?? 400);
      expect(read(small, seen)).toEqual(read(whole, seen));
    }
  });

  test("knows a code that comes later by its status and the provider's words", () => {
    const late = refusal("30034", 400);
    expect(read(whole, late)).toMatchObject({ code: "30034", entry: { code: "30034" } });
    expect(read(small, late)).toMatchObject({ code: "30034", message: "refused", entry: null });
  });

  test("refuses a number that is badly written, and leaves lengths to Twilio", () => {
    const fault = (provider: typeof small | typeof whole, To: string): string | null => {
      const prepared = provider.operations["messages.create"].prepare({ ...input, To });
      return prepared.ok ? null : prepared.failure.message;
    };
    for (const written of ["15551234567", "+1 555 123 4567", "0049301234567", "nobody", "whatsapp:1"]) {
      expect(fault(small, written)).not.toBeNull();
      expect(fault(small, written)).toBe(fault(whole, written));
    }
    expect(fault(whole, "+49301")).toBe("To is too short for a number in Germany (+49)");
    expect(fault(small, "+49301")).toBeNull();
  });

  test("has no part of the durable flow", () => {
    expect(small.webhooks).toBeNull();
    expect(small.statusPage).toBeNull();
    expect(small.operations["messages.create"].poll).toBeNull();
    expect(small.message({ to: "+15551234567", body: "x" })).toMatchObject({ ok: false });
  });

  test("says what is wrong with its options as the whole one does", () => {
    const wrong = { ...options, lookupSettle: "soon" as "1s" };
    expect(() => twilioCalls(wrong, { "messages.create": messagesCreate })).toThrow(RangeError);
    expect(() => twilio(wrong)).toThrow(RangeError);
  });
});
