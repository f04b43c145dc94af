import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { BulkMember, BulkRecord, BulkResult } from "./record.ts";
import { chunkSize } from "./record.ts";
import { cell, csvOf } from "./results.ts";

const record: BulkRecord = {
  id: "bulk_1",
  action: "discard",
  query: {},
  reason: "r",
  rate: 1,
  dryRun: false,
  actor: "ada",
  state: "running",
  total: 0,
  done: 0,
  succeeded: 0,
  failed: 0,
  createdAt: 0,
  updatedAt: 0,
};

/** Reads CSV as a spreadsheet would (RFC 4180). */
function read(text: string): readonly (readonly string[])[] {
  const table: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy)) {
    table.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\r\n") table.push([]);
    if (end === "") break;
  }
  return table.slice(0, -1);
}

test("every member once, in order, those nobody came to as pending; chunk by chunk", async () => {
  const total = chunkSize * 2 + 3;
  const members = Array.from({ length: total }, (_, index): BulkMember => [`op_${index}`, 1]);
  const results = members
    .slice(0, chunkSize + 1)
    .map(([id]): BulkResult => ({ id, status: "conflict", message: 'he said "no",\r\nthen =1+1', child_id: null }));
  let reads = 0;
  const store = {
    members: async (_: string, chunk: number) => {
      reads += 1;
      return members.slice(chunk * chunkSize, (chunk + 1) * chunkSize);
    },
    results: async (_: string, chunk: number) => results.slice(chunk * chunkSize, (chunk + 1) * chunkSize),
  };
  const stream = csvOf(store, { ...record, total, done: results.length });
  const [head, ...lines] = read((await new Response(stream).text()).replace("\u{FEFF}", ""));
  expect(head).toEqual(["place", "id", "status", "message", "child_id"]);
  expect(lines.map(([place, id]) => [place, id])).toEqual(members.map(([id], index) => [String(index + 1), id]));
  expect(lines.map((line) => line[2])).toEqual(
    members.map((_, index) => (index <= chunkSize ? "conflict" : "pending")),
  );
  expect(lines[0]?.[3]).toBe('he said "no",\r\nthen =1+1');
  expect(reads).toBe(3);
});

test("no cell is a formula, whatever anybody wrote", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "|calc", "%0A", "\uFF1D1"]) {
    expect(cell(text).replace(/^"/, "")).toMatch(/^'/);
  }
  for (const text of ["", "op_1", "a=b", "1-2", "not possible while it is queued"]) expect(cell(text)).toBe(text);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const [[shown = ""] = []] = read(`${cell(text)}\r\n`);
      expect(shown).not.toMatch(/^[=+\-@\t\r]/);
      expect(shown === text || shown === `'${text}`).toBe(true);
    }),
  );
});
