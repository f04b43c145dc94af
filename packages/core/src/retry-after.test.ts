import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHttpDate, parseRetryAfter, rateLimitDelay, rateLimitRest, retryAfterMaxMs } from "./retry-after.ts";

const now = Date.UTC(2026, 2, 14, 12, 0, 0);
const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number: number): string => String(number).padStart(2, "0");

/** The three forms of one instant, written from the grammar of RFC 9110 §5.6.7. */
function formsOfDate(at: number): { readonly imf: string; readonly rfc850: string; readonly asctime: string } {
  const date = new Date(at);
  const day = dayNames[date.getUTCDay()]!;
  const month = monthNames[date.getUTCMonth()]!;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  return {
    imf: `${day.slice(0, 3)}, ${two(date.getUTCDate())} ${month} ${year} ${time} GMT`,
    rfc850: `${day}, ${two(date.getUTCDate())}-${month}-${year.slice(2)} ${time} GMT`,
    asctime: `${day.slice(0, 3)} ${month} ${String(date.getUTCDate()).padStart(2, " ")} ${time} ${year}`,
  };
}

describe("parseRetryAfter", () => {
  test.each([
    ["0", 0],
    ["1", 1_000],
    [" 120 ", 120_000],
    ["1.5", 1_500],
    ["0.0001", 1],
    ["2.", 2_000],
    ["007", 7_000],
    ["31622399", 31_622_399_000],
    ["31622400", 31_622_400_000],
    ["31622401", 31_622_400_000],
    ["9".repeat(400), 31_622_400_000],
    ["5, 10, 7", 10_000],
    ["10,5", 10_000],
  ])("%s is %d ms", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  test.each([
    null,
    undefined,
    "",
    " ",
    "-1",
    "+1",
    "1e3",
    "0x10",
    "soon",
    "NaN",
    "Infinity",
    "1 2",
    "1;2",
    "5, x",
    "x, 5",
    "5,",
    ".5",
    "1.5.2",
    "2026-03-14T12:00:05Z",
  ])("%s says nothing", (value) => {
    expect(parseRetryAfter(value, now)).toBeNull();
  });

  test("all three date forms of the standard's example", () => {
    const expected = Date.UTC(1994, 10, 6, 8, 49, 37);
    for (const form of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    ]) {
      expect(parseHttpDate(form, now)).toBe(expected);
    }
  });

  test("a date is waited for to the millisecond, a past one not at all", () => {
    fc.assert(
      fc.property(fc.integer({ min: -86_400, max: 86_400 * 365 }), fc.integer({ min: 0, max: 999 }), (ahead, ms) => {
        const at = now + ahead * 1_000;
        for (const form of Object.values(formsOfDate(at))) {
          expect(parseRetryAfter(form, now - ms)).toBe(Math.max(0, ahead * 1_000 + ms));
          expect(parseRetryAfter(form.toLowerCase(), now - ms)).toBe(Math.max(0, ahead * 1_000 + ms));
        }
      }),
    );
  });

  test("a two-digit year is at most fifty years ahead, else the most recent past one (RFC 9110 §5.6.7)", () => {
    const year = (form: string, at = now): number => new Date(parseHttpDate(form, at)!).getUTCFullYear();
    expect(year("Saturday, 14-Mar-76 12:00:00 GMT")).toBe(2076);
    expect(year("Saturday, 14-Mar-76 12:00:01 GMT")).toBe(1976);
    expect(year("Saturday, 14-Mar-75 12:00:00 GMT")).toBe(2075);
    expect(year("Saturday, 14-Mar-77 12:00:00 GMT")).toBe(1977);
    expect(year("Saturday, 14-Mar-99 12:00:00 GMT")).toBe(1999);
    expect(year("Saturday, 14-Mar-01 12:00:00 GMT", Date.UTC(2099, 0, 1))).toBe(2101);
    expect(year("Saturday, 14-Mar-99 12:00:00 GMT", Date.UTC(2099, 0, 1))).toBe(2099);
    // 29 February 2100 does not exist; the one before it with these digits does.
    expect(year("Monday, 29-Feb-00 12:00:00 GMT", Date.UTC(2060, 0, 1))).toBe(2000);
  });

  test("a leap second counts, dates that do not exist do not", () => {
    expect(parseHttpDate("Fri, 30 Jun 1972 23:59:60 GMT", now)).toBe(Date.UTC(1972, 6, 1));
    expect(parseHttpDate("Tue, 29 Feb 2028 00:00:00 UTC", now)).toBe(Date.UTC(2028, 1, 29));
    expect(parseHttpDate("Fri, 01 Jan 0050 00:00:00 GMT", now)).toBe(new Date("0050-01-01T00:00:00Z").getTime());
    for (const wrong of [
      "Sun, 29 Feb 2026 00:00:00 GMT",
      "Sun, 31 Nov 1994 08:49:37 GMT",
      "Sun, 00 Nov 1994 08:49:37 GMT",
      "Sun, 06 Abc 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, 06 Nov 1994 08:60:00 GMT",
      "Sun, 06 Nov 1994 08:49:61 GMT",
      "Sun, 06 Nov 1994 08:49:37 CET",
      "Sun, 06 Nov 1994 08:49:37 GMT and more",
      "x Sun, 06 Nov 1994 08:49:37 GMT",
      "x Sunday, 06-Nov-94 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT x",
      "Sunday, 31-Nov-94 08:49:37 GMT",
      "x Sun Nov  6 08:49:37 1994",
      "Sun Nov  6 08:49:37 1994 x",
      "Sun Nov 6 08:49:37 1994",
    ]) {
      expect(parseHttpDate(wrong, now)).toBeNull();
      expect(parseRetryAfter(wrong, now)).toBeNull();
    }
    expect(parseHttpDate("Sun, 06 Nov 1994 23:59:59 GMT", now)).toBe(Date.UTC(1994, 10, 6, 23, 59, 59));
  });

  test("any text gives null or a wait that keeps instants valid, never early", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.nat().map(String)), (text) => {
        const wait = parseRetryAfter(text, now);
        if (wait === null) return;
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(retryAfterMaxMs);
        expect(Number.isNaN(new Date(now + wait).getTime())).toBe(false);
      }),
    );
  });
});

describe("rateLimitDelay", () => {
  const seconds = now / 1_000;
  test.each<[string, Record<string, string>, number | null]>([
    ["nothing", {}, null],
    ["garbage", { "retry-after": "soon", ratelimit: "???", "x-ratelimit-reset": "later" }, null],
    ["Retry-After", { "retry-after": "3" }, 3_000],
    [
      "Retry-After before rate headers",
      { "retry-after": "3", "ratelimit-reset": "60", "x-ratelimit-reset": "90" },
      3_000,
    ],
    ["an unreadable Retry-After does not hide the rest", { "retry-after": "soon", "ratelimit-reset": "60" }, 60_000],
    ["RateLimit-Reset", { "ratelimit-remaining": "0", "ratelimit-reset": "12" }, 12_000],
    ["RateLimit-Reset with quota left", { "ratelimit-remaining": "4", "ratelimit-reset": "12" }, null],
    ["unreadable quota counts as used up", { "ratelimit-remaining": "?", "ratelimit-reset": "12" }, 12_000],
    ["x-ratelimit-reset as seconds to go", { "x-ratelimit-reset": "30" }, 30_000],
    ["x-ratelimit-reset among spaces", { "x-ratelimit-reset": " 30 ", date: " today " }, 30_000],
    ["x-ratelimit-reset with two decimals", { "x-ratelimit-reset": "12.75" }, 12_750],
    ["x-ratelimit-reset beyond what is read", { "x-ratelimit-reset": `${" ".repeat(1_024)}7` }, null],
    ["a parameter without a value", { ratelimit: "reset, remaining=0" }, null],
    ["spaces around parameters", { ratelimit: '"a" ; r = 0 ; t = 5 ' }, 5_000],
    ["policies beyond what is read", { ratelimit: `${" ".repeat(1_020)};r=0;t=5` }, null],
    ["x-ratelimit-reset as fraction", { "x-ratelimit-reset": "0.25" }, 250],
    ["x-ratelimit-reset with quota left", { "x-ratelimit-remaining": "1", "x-ratelimit-reset": "30" }, null],
    ["x-ratelimit-reset as epoch seconds", { "x-ratelimit-reset": String(seconds + 45) }, 45_000],
    ["x-ratelimit-reset as epoch milliseconds", { "x-ratelimit-reset": String(now + 45_001) }, 45_001],
    ["x-ratelimit-reset in the past", { "x-ratelimit-reset": String(seconds - 45) }, 0],
    ["x-ratelimit-reset as a date", { "x-ratelimit-reset": formsOfDate(now + 9_000).imf }, 9_000],
    ["x-rate-limit-reset", { "x-rate-limit-remaining": "0", "x-rate-limit-reset": "8" }, 8_000],
    ["x-rate-limit-reset with quota left", { "x-rate-limit-remaining": "2", "x-rate-limit-reset": "8" }, null],
    ["the longest of several", { "ratelimit-reset": "5", "x-ratelimit-reset": "7", "x-rate-limit-reset": "6" }, 7_000],
    ["ten digits and below one billion are a duration", { "x-ratelimit-reset": "1000000000" }, retryAfterMaxMs],
    ["draft 10 policies", { ratelimit: '"burst";r=0;t=5, "day";r=0;t=60, "hour";r=9;t=3600' }, 60_000],
    ["draft 10 in another order", { ratelimit: '"day";r=0;t=60, "burst";r=0;t=5' }, 60_000],
    ["draft 10 with commas in a name", { ratelimit: '"a,b;r=9";r=0;t=5' }, 5_000],
    ["draft 10 with quota left", { ratelimit: '"burst";r=1;t=5' }, null],
    ["draft 10 without a time", { ratelimit: '"burst";r=0' }, null],
    ["older draft", { ratelimit: "limit=100, remaining=0, reset=50" }, 50_000],
    ["older draft with quota left", { ratelimit: "limit=100, remaining=3, reset=50" }, null],
    ["older draft, capitals and no spaces", { ratelimit: "Limit=100,Remaining=0,Reset=50" }, 50_000],
    ["structured before single headers", { ratelimit: '"burst";r=0;t=5', "x-ratelimit-reset": "9" }, 5_000],
    [
      "single headers when structured ones have quota",
      { ratelimit: '"burst";r=1;t=5', "x-ratelimit-reset": "9" },
      9_000,
    ],
  ])("%s", (_name, headers, expected) => {
    expect(rateLimitDelay(headers, now)).toBe(expected);
  });

  test("dates are counted by the provider's clock, unless that is broken", () => {
    const asked = formsOfDate(now + 10_000).imf;
    const wait = (skew: number): number | null =>
      rateLimitDelay({ "retry-after": asked, date: formsOfDate(now + skew).imf }, now);
    expect(wait(-5_000)).toBe(15_000);
    expect(wait(5_000)).toBe(5_000);
    expect(wait(-86_400_000)).toBe(86_410_000);
    expect(wait(-86_401_000)).toBe(10_000);
    expect(wait(86_400_000)).toBe(0);
    expect(wait(86_401_000)).toBe(10_000);
    expect(rateLimitDelay({ "retry-after": asked, date: "today" }, now)).toBe(10_000);
    expect(rateLimitDelay({ "x-ratelimit-reset": String(seconds + 10), date: formsOfDate(now - 5_000).imf }, now)).toBe(
      15_000,
    );
  });

  test("total and linear for any header", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('"', ",", ";", "=", "r", "t", "0", "9", " ") }),
    );
    fc.assert(
      fc.property(fc.record({ "retry-after": text, ratelimit: text, "x-ratelimit-reset": text }), (headers) => {
        const wait = rateLimitDelay(headers, now);
        expect(wait === null || (wait >= 0 && wait <= retryAfterMaxMs)).toBe(true);
      }),
    );
  });

  test("a value is read up to 1,024 characters", () => {
    expect(parseRetryAfter(`${" ".repeat(1_023)}7`, now)).toBe(7_000);
    expect(parseRetryAfter(`${" ".repeat(1_024)}7`, now)).toBeNull();
  });
});

describe("rateLimitRest", () => {
  const rest = (remaining: number, ms: number) => ({ remaining, resetAt: now + ms });
  test.each<[string, Record<string, string>, object | null]>([
    ["nothing", {}, null],
    ["garbage", { ratelimit: "???", "x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon" }, null],
    ["a rest without an end", { "x-ratelimit-remaining": "5" }, null],
    ["an end without a rest", { "x-ratelimit-reset": "60" }, null],
    ["a fraction of a request", { "x-ratelimit-remaining": "1.5", "x-ratelimit-reset": "60" }, null],
    ["a pair", { "x-ratelimit-remaining": " 5 ", "x-ratelimit-reset": "60" }, rest(5, 60_000)],
    ["another habit", { "x-rate-limit-remaining": "7", "x-rate-limit-reset": "9" }, rest(7, 9_000)],
    ["nothing left", { "ratelimit-remaining": "0", "ratelimit-reset": "3" }, rest(0, 3_000)],
    ["the older draft", { ratelimit: "limit=9, remaining=4, reset=5" }, rest(4, 5_000)],
    ["the least of several limits", { ratelimit: '"burst";r=3;t=5, "day";r=90;t=600' }, rest(3, 5_000)],
    ["the least of several limits, last", { ratelimit: '"day";r=90;t=600, "burst, ;";r=3;t=5' }, rest(3, 5_000)],
    ["of equals the longer one", { ratelimit: '"a";r=3;t=5, "b";r=3;t=9, "c";r=3;t=7' }, rest(3, 9_000)],
    ["the standard before the habits", { ratelimit: '"a";r=3;t=5', "x-ratelimit-remaining": "1" }, rest(3, 5_000)],
    [
      "an instant on the provider's clock",
      {
        date: new Date(now - 10_000).toUTCString(),
        "x-ratelimit-remaining": "2",
        "x-ratelimit-reset": String(now / 1_000),
      },
      rest(2, 10_000),
    ],
  ])("%s", (_, headers, expected) => {
    expect(rateLimitRest(headers, now)).toEqual(expected);
  });
});
