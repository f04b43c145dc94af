import { LandlineError } from "@landline/core";
import { expect, test } from "vitest";
import { createClient } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { letterbox } from "./testing/letterbox.ts";

const make = (options: unknown) => () => createClient(letterbox("http://127.0.0.1:1"), options as ClientOptions);

test.each([
  [{ attemptsMax: 0 }, "attemptsMax", "attemptsMax must be a whole number from 1 to 1000, not 0"],
  [{ backoff: { base: "soon" } }, "backoff.base", /backoff\.base must be a duration .*, not "soon"/],
  [{ deadline: "0s" }, "deadline", /deadline must be a duration .*, not "0s"/],
  [{ guarantee: "twice" }, "guarantee", "must be one of once, at-least-once, at-most-once"],
  [{ retries: 3 }, "retries", "retries is not known; allowed are attemptsMax"],
  [{ limits: { ratePerSecond: -1 } }, "limits", "must be above 0"],
  [{ limits: { rate: 1 } }, "limits.rate", "is not known"],
  [{ transport: { connectionsMax: 1.5 } }, "transport.connectionsMax", "must be a whole number of at least 1, not 1.5"],
  [{ transport: 5 }, "transport", "must be an object"],
  [{ ca: "not pem" }, "ca", "must be PEM text"],
  [{ proxy: "socks://user:hidden@p" }, "proxy", "must be an http or https URL, or false"],
  [{ on: "log" }, "on", "must be a function"],
  [{ callbackUrl: "here" }, "callbackUrl", 'must be an http or https URL, not "here"'],
])("%j is refused by name, value and what is allowed", (options, field, message) => {
  expect(make(options)).toThrow(LandlineError);
  expect(make(options)).toThrow(message);
  expect(make(options)).toThrow(
    expect.objectContaining({
      failure: expect.objectContaining({ field, kind: "invalid_request" }) as unknown,
    }) as Error,
  );
  expect(make(options)).not.toThrow("hidden");
});

test("all faults are told at once", () => {
  expect(make({ attemptsMax: 0, deadline: "x", typo: 1 })).toThrow(/typo.*attemptsMax.*deadline/);
});

test("nothing is needed", () => {
  expect(make({})().health()).toEqual({});
  expect(createClient(letterbox("http://127.0.0.1:1")).health()).toEqual({});
});
