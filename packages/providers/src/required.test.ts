import { describe, expect, test } from "vitest";
import { noticia } from "./noticia/index.ts";
import { redCloud } from "./red-cloud/index.ts";
import { twilio } from "./twilio/index.ts";

/** As JavaScript calls it: with variables that are not set. */
const untyped = { twilio, redCloud, noticia } as unknown as Readonly<Record<string, (options?: unknown) => unknown>>;

describe("a factory without what it needs refuses at once, by name", () => {
  test.each([
    ["twilio", undefined, "twilio: accountSid, authToken must be given"],
    ["twilio", { accountSid: "AC1", authToken: undefined }, "twilio: authToken must be given"],
    ["twilio", { accountSid: "AC1", apiKey: "SK1" }, "twilio: apiSecret must be given"],
    ["twilio", { clientId: "OQ1", clientSecret: "x" }, "twilio: accountSid must be given"],
    ["redCloud", { baseUrl: "https://h.example" }, "redCloud: clientId, clientSecret must be given"],
    ["noticia", { apiKey: 5 }, "noticia: apiKey must be given"],
  ])("%s(%o)", (name, options, message) => {
    expect(() => untyped[name]?.(options)).toThrow(message);
  });
});
