/**
 * What the suite is made of. It knows no test framework: each case has a name and a function that throws when a rule
 * is broken, so that any runner can run it.
 */

/** One rule, held against one provider. */
export interface ConformanceCase {
  readonly name: string;
  /** @throws ConformanceError when the rule is broken, or whatever the provider throws, which it must not */
  readonly run: () => void;
}

/** A broken rule. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
}

/** Holds a rule. */
export function must(holds: boolean, rule: string, seen?: unknown): asserts holds {
  if (!holds) throw new ConformanceError(seen === undefined ? rule : `${rule}; seen: ${shown(seen)}`);
}

/** Two values with the same JSON are the same here. */
export function mustEqual(left: unknown, right: unknown, rule: string): void {
  const [one, other] = [shown(left), shown(right)];
  must(one === other, rule, `${one} and ${other}`);
}

/** At most two sentences for a person, of at least one word. */
export function mustBeGuidance(text: string, where: string): void {
  must(text.trim() !== "", `${where} must say what to do`);
  const sentences = text.split(/[.!?](?:\s+|$)/).filter((part) => part !== "");
  must(sentences.length <= 2, `${where} must have at most two sentences`, text);
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return JSON.stringify(value) ?? String(value);
}
