/**
 * The ledger on disk: JSON lines, only ever appended, synced in groups.
 *
 * Everything appended while a sync is under way goes into the next one, so the number of syncs a second is the disk's
 * and not the client's. A line cut by a kill at the end of the file is dropped when the file is read back: nobody was
 * told about it. A damaged line anywhere else is an error, because then the ledger cannot be trusted.
 */
import { open, readFile, truncate } from "node:fs/promises";
import type { LedgerEntry, RequestEntry, Told } from "./ledger-entry.ts";

/** What a line of the file may be besides an entry. */
export type JournalLine =
  | LedgerEntry
  | ({ readonly type: "answer"; readonly request: number } & Told)
  | { readonly type: "reset" };

/** An append-only file. */
export interface Journal {
  append(line: JournalLine): void;
  /** Resolves when everything appended before is on disk; null when it already is. Rejects when the disk refuses. */
  durable(): Promise<void> | null;
  close(): Promise<void>;
}

/**
 * Opens or creates the file and reads back what it holds.
 * @throws Error when the file cannot be used, or a line before the last one is not JSON.
 */
export async function openJournal(path: string): Promise<{ journal: Journal; past: readonly LedgerEntry[] }> {
  const past = await readBack(path);
  const file = await open(path, "a");
  let waiting: string[] = [];
  let syncing: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const sync = async (): Promise<void> => {
    const lines = waiting;
    waiting = [];
    next = null;
    await file.appendFile(lines.join(""));
    await file.datasync();
  };
  const start = (): Promise<void> => {
    const running = sync().finally(() => {
      if (syncing === running) syncing = null;
    });
    syncing = running;
    return running;
  };
  const durable = (): Promise<void> | null => {
    if (waiting.length === 0) return syncing;
    // Whoever comes first in this turn waits for the sync under way and then starts the next one for everybody.
    next ??= syncing === null ? Promise.resolve().then(start) : syncing.then(start, start);
    return next;
  };
  const journal: Journal = {
    append: (line) => void waiting.push(`${JSON.stringify(line)}\n`),
    durable,
    async close() {
      await durable();
      await file.close();
    },
  };
  return { journal, past };
}

async function readBack(path: string): Promise<readonly LedgerEntry[]> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  const whole = bytes.lastIndexOf(10) + 1;
  if (whole < bytes.length) await truncate(path, whole);
  let entries: LedgerEntry[] = [];
  let requests = new Map<number, RequestEntry>();
  const lines = bytes.toString("utf8", 0, whole).split("\n");
  lines.forEach((text, index) => {
    if (text === "") return;
    const line = parseLine(text, `${path}:${index + 1}`);
    switch (line.type) {
      case "request":
        requests.set(line.seq, line);
        entries.push(line);
        return;
      case "effect":
        entries.push(line);
        return;
      case "answer": {
        const { status, ending, rule } = line;
        const request = requests.get(line.request);
        if (request !== undefined) request.answer = { status, ending, rule };
        return;
      }
      case "reset":
        entries = [];
        requests = new Map();
        return;
      default:
        line satisfies never;
    }
  });
  return entries;
}

function parseLine(text: string, where: string): JournalLine {
  try {
    return JSON.parse(text) as JournalLine;
  } catch {
    throw new Error(`${where}: not a ledger line; move the file away and start again`);
  }
}
