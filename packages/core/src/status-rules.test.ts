import { expect, test } from "vitest";
import { statusDocs, statusRule } from "./status-rules.ts";

test("the docs of a status are its section or its class's", () => {
  expect(statusDocs(100)).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15.2");
  expect(statusDocs(201)).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15.3");
  expect(statusDocs(301)).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15.4");
  expect(statusDocs(404)).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15.5");
  expect(statusDocs(599)).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15.6");
  expect(statusDocs(428)).toBe("https://www.rfc-editor.org/rfc/rfc6585#section-3");
  expect(statusDocs(429)).toBe("https://www.rfc-editor.org/rfc/rfc6585#section-4");
  expect(statusDocs(431)).toBe("https://www.rfc-editor.org/rfc/rfc6585#section-5");
  expect(statusDocs(511)).toBe("https://www.rfc-editor.org/rfc/rfc6585#section-6");
  for (const none of [0, 99, 600, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(statusDocs(none)).toBe("https://www.rfc-editor.org/rfc/rfc9110#section-15");
  }
});

test("guidance by status, word by word where people must act", () => {
  const words: readonly [number, string][] = [
    [301, "correct the base URL"],
    [400, "malformed"],
    [401, "Check or rotate them"],
    [402, "balance"],
    [403, "ownership of the sender"],
    [404, "does not know"],
    [405, "method"],
    [407, "proxy settings"],
    [408, "too long"],
    [409, "conflicts"],
    [410, "gone for good"],
    [413, "too large"],
    [415, "content type"],
    [418, "Correct it before"],
    [422, "refused a value"],
    [425, "replayed"],
    [429, "slows down"],
    [451, "legal"],
    [500, "internally. Check its status page"],
    [501, "implement"],
    [502, "gateway at the provider failed. Check its status page"],
    [503, "temporarily unavailable. Check its status page"],
    [504, "in time. Check its status page"],
    [505, "version of HTTP"],
    [511, "login"],
    [520, "in front of the provider"],
    [550, "The provider failed. Check its status page"],
    [599, "lost the connection"],
    [303, "cannot be read"],
    [204, "cannot be read"],
  ];
  for (const [status, part] of words) expect(statusRule(status).guidance).toContain(part);
});
