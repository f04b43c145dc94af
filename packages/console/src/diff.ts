/** What changed between two inputs, field by field and word by word. Pure. */

/** A piece of text that stayed, went or came. */
export interface Piece {
  readonly text: string;
  readonly change: "same" | "gone" | "new";
}

/** One field on both sides. */
export interface FieldChange {
  readonly name: string;
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
  readonly changed: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** A value as it is shown and compared. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

/** Compares two inputs; fields in the order of the first, then what the second adds. */
export function compareInputs(before: Input, after: Input): readonly FieldChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => {
    const left = shown(before[name]);
    const right = shown(after[name]);
    if (left === right) {
      const same: readonly Piece[] = left === "" ? [] : [{ text: left, change: "same" }];
      return { name, before: same, after: same, changed: false };
    }
    return { name, ...compareTexts(left, right), changed: true };
  });
}

/** Texts beyond this many words are shown whole: a quadratic table of them would freeze the page. */
const wordsMax = 400;

/** Compares two texts by words. */
export function compareTexts(left: string, right: string): { before: readonly Piece[]; after: readonly Piece[] } {
  const a = left.match(/\s+|[^\s]+/g) ?? [];
  const b = right.match(/\s+|[^\s]+/g) ?? [];
  if (a.length > wordsMax || b.length > wordsMax)
    return { before: [{ text: left, change: "gone" }], after: [{ text: right, change: "new" }] };
  const table = lengths(a, b);
  const before: Piece[] = [];
  const after: Piece[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const word = a[i];
    if (word !== undefined && word === b[j]) {
      push(before, word, "same");
      push(after, word, "same");
      i += 1;
      j += 1;
    } else if (word !== undefined && (j >= b.length || at(table, i + 1, j) >= at(table, i, j + 1))) {
      push(before, word, "gone");
      i += 1;
    } else {
      push(after, b[j] ?? "", "new");
      j += 1;
    }
  }
  return { before, after };
}

/** Lengths of the longest common subsequences of all endings. */
function lengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row !== undefined)
        row[j] = a[i] === b[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  return table;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}

function push(pieces: Piece[], text: string, change: Piece["change"]): void {
  const last = pieces.at(-1);
  if (last?.change === change) pieces[pieces.length - 1] = { text: last.text + text, change };
  else pieces.push({ text, change });
}
