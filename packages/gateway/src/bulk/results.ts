/** What became of the members of bulk work: a page of them, or all of them as a table. */
import type { BulkRecord, BulkResult, BulkStore } from "./record.ts";
import { chunkSize } from "./record.ts";

/** A member and what became of it; `pending`: nobody came to it yet. */
export type BulkOutcome = BulkResult | (Omit<BulkResult, "status"> & { readonly status: "pending" });

/** The members from a place on, in order. */
export async function resultsOf(
  store: Pick<BulkStore, "members" | "results">,
  record: BulkRecord,
  from: number,
  limit: number,
): Promise<readonly BulkOutcome[]> {
  const found: BulkOutcome[] = [];
  const until = Math.min(record.total, from + limit);
  for (let chunk = Math.floor(from / chunkSize); chunk * chunkSize < until; chunk += 1) {
    const [members, results] = await Promise.all([store.members(record.id, chunk), store.results(record.id, chunk)]);
    for (const [index, [id]] of members.entries()) {
      const place = chunk * chunkSize + index;
      if (place < from || place >= until) continue;
      const result = place < record.done ? results[index] : undefined;
      found.push(result ?? { id, status: "pending" as const, message: null, child_id: null });
    }
  }
  return found;
}

/**
 * All members as CSV (RFC 4180), read and written chunk by chunk as the reader takes it, so that a large one costs no
 * more memory than a small one.
 */
export function csvOf(store: Pick<BulkStore, "members" | "results">, record: BulkRecord): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let from = 0;
  return new ReadableStream({
    start(controller) {
      // A byte order mark: without one, spreadsheets read UTF-8 as something else.
      controller.enqueue(encoder.encode("\u{FEFF}place,id,status,message,child_id\r\n"));
    },
    async pull(controller) {
      if (from >= record.total) return controller.close();
      const some = await resultsOf(store, record, from, chunkSize);
      if (some.length === 0) return controller.close();
      const lines = some.map(({ id, status, message, child_id }, index) =>
        [String(from + index + 1), id, status, message ?? "", child_id ?? ""].map(cell).join(","),
      );
      from += some.length;
      controller.enqueue(encoder.encode(`${lines.join("\r\n")}\r\n`));
    },
  });
}

/**
 * One cell. What a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection): messages
 * quote providers and callers, and neither may run something on the desk of whoever opens the file.
 */
export function cell(text: string): string {
  const isControl = text !== "" && text.charCodeAt(0) < 0x20;
  const safe = isControl || /^[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text.trimStart()) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
