/** The time one looks at: the last so much of it, or from one instant to another. As it stands in an address; pure. */

/** A span of time. */
export type Span =
  | { readonly type: "last"; readonly name: string; readonly ms: number }
  | { readonly type: "between"; readonly from: string; readonly to: string };

/** Spans that end now. */
export const lastSpans = [
  { type: "last", name: "15m", ms: 900_000 },
  { type: "last", name: "1h", ms: 3_600_000 },
  { type: "last", name: "6h", ms: 21_600_000 },
  { type: "last", name: "24h", ms: 86_400_000 },
  { type: "last", name: "7d", ms: 604_800_000 },
  { type: "last", name: "30d", ms: 2_592_000_000 },
] as const satisfies readonly Span[];

/** What an address says about it. */
export interface SpanSearch {
  window?: string;
  from?: string;
  to?: string;
}

/** Reads an address; what makes no sense is the last hour. */
export function readSpan({ window, from, to }: SpanSearch): Span {
  if (from !== undefined && to !== undefined && Date.parse(from) < Date.parse(to)) return { type: "between", from, to };
  return lastSpans.find(({ name }) => name === window) ?? lastSpans[1];
}

/** Its two ends as instants. @param now epoch milliseconds */
export function boundsOf(span: Span, now: number): { readonly from: string; readonly to: string } {
  if (span.type === "between") return { from: span.from, to: span.to };
  return { from: new Date(now - span.ms).toISOString(), to: new Date(now).toISOString() };
}

/** An instant as `datetime-local` fields want it, in the viewer's zone. */
export function toLocalField(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What such a field says, as an instant; null when it says nothing. */
export function fromLocalField(text: string): string | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
