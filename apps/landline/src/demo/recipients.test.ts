/**
 * A list with one bad row is not used at all, and says everything that is wrong with it.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CommandError } from "../terminal.ts";
import { parseRecipients } from "./recipients.ts";

const header = "to,body,reference,class";

describe("a list of recipients", () => {
  test("is read row by row, whatever the order of its columns", () => {
    expect(parseRecipients('class,reference,to,body\nbulk,r1,+14155550100,"Hi, you"\n', "x.csv")).toEqual([
      { to: "+14155550100", body: "Hi, you", reference: "r1", class: "bulk" },
    ]);
  });

  test("the one that comes along has 200 rows", () => {
    const file = new URL("../../../../examples/recipients.csv", import.meta.url);
    expect(parseRecipients(readFileSync(file, "utf8"), "recipients.csv")).toHaveLength(200);
  });

  test.each([
    ["a missing column", "to,body,reference\n+1,b,r", "lacks the column class"],
    ["a row with too few cells", `${header}\n+14155550100,hi`, "line 2 has 2 cells, not 4"],
    [
      "an unknown class",
      `${header}\n+14155550100,hi,r1,urgent`,
      'line 2: class must be one of critical, standard, bulk, not "urgent"',
    ],
    ["an empty recipient", `${header}\n,hi,r1,bulk`, "line 2: to is empty"],
    [
      "a reference used twice",
      `${header}\n+14155550100,hi,r1,bulk\n+14155550101,hi,r1,bulk`,
      'line 3: reference "r1" is used on line 2 already',
    ],
    ["an open quote", `${header}\n"+14155550100,hi,r1,bulk`, "not readable as CSV"],
  ])("with %s is refused", (_, text, message) => {
    expect(() => parseRecipients(text, "list.csv")).toThrow(CommandError);
    expect(() => parseRecipients(text, "list.csv")).toThrow(message);
  });

  test("all bad rows are named at once", () => {
    expect(() => parseRecipients(`${header}\n,hi,r1,bulk\n+1,hi,r2,nope\n`, "list.csv")).toThrow(/line 2[\s\S]*line 3/);
  });
});
