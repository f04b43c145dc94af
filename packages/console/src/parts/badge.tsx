/** Where an operation stands: a word with its colour, and a shape for whoever cannot tell the colours apart. */
import type { Facts, Tone } from "../words.ts";
import { standing } from "../words.ts";

const shapes: Readonly<Record<Tone, string>> = {
  ok: "M3 6.2 5.2 8.4 9.2 3.8",
  wait: "M6 3v3l2 1.4M6 1.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6",
  fail: "M3.4 3.4 8.6 8.6M8.6 3.4 3.4 8.6",
  doubt: "M4.2 4.4a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.2M6 9.3v.1",
  late: "M3 2h6M3 10h6M3.6 2c0 4 4.8 4 4.8 8M8.4 2c0 4-4.8 4-4.8 8",
  off: "M3 6h6",
};

/** A word in a colour. */
export function ToneBadge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return (
    <span className="badge" data-tone={tone}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={shapes[tone]} />
      </svg>
      {children}
    </span>
  );
}

/** The state of an operation. */
export function StateBadge({ facts }: { readonly facts: Facts }) {
  const { label, tone } = standing(facts);
  return <ToneBadge tone={tone}>{label}</ToneBadge>;
}
