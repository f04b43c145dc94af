/**
 * `docs/reference/errors/<provider>.md`, written from the providers' tables: the tables are the only place where the
 * meaning of a code is kept.
 */
import type { ErrorEntry } from "@landline/core";
import type { ExplainingProvider } from "@landline/providers";
import { providerForExplaining, providerNames } from "@landline/providers";

/** A page that is written by a script: its path below the repository's root, and its text. */
export interface GeneratedPage {
  readonly path: string;
  readonly text: string;
}

/** One page for each provider. */
export function errorPages(): readonly GeneratedPage[] {
  return providerNames.flatMap((name) => {
    const provider = providerForExplaining(name);
    return provider === null ? [] : [{ path: `docs/reference/errors/${name}.md`, text: pageOf(provider) }];
  });
}

function pageOf(provider: ExplainingProvider): string {
  const entries = [...provider.errors.values()];
  return `# Error codes: ${provider.name}

<!-- Written by \`npm run docs\` from packages/providers/src/${provider.name}. Change the table there, not this page. -->

${entries.length} codes. \`landline explain ${provider.name} --code CODE\` says the same on a terminal, and \`--body FILE\` reads a whole answer. A code that is not here is
read by its HTTP status, and a create that may have been executed is never repeated blindly.

- **Executed?** *no*: nothing was done. *yes*: the provider took it, and what it took did not arrive. *unknown*: it may have been done.
- **Repeat?** *no*: the same would be refused again. *soon*: Landline repeats it by itself. *later*: hours away, so a person or a route decides. *not blindly*: it may have been done, so the provider is
  asked what it did or, where it knows keys, gets the same key and payload again.
- **Other channel?** whether another way to the person is sensible; *consent*: only where they agreed to it separately.

| Code | HTTP | Meaning | Kind | Executed? | Repeat? | Who acts | Other channel? | What to do |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${entries.map(rowOf).join("\n")}
`;
}

const executed = { not_executed: "no", executed: "yes", unknown: "unknown" } as const;
const repeat = {
  never: "no",
  soon: "soon",
  later: "later",
  reconcile: "not blindly",
  after_refresh: "after a new token",
} as const;
const arrival = {
  sync: "refusal",
  async: "later, on a receipt",
  both: "refusal or later",
  warning: "warning",
} as const;

function rowOf(entry: ErrorEntry): string {
  const cells = [
    `[${entry.code}](${entry.docs})`,
    entry.status === null ? arrival[entry.arrives] : String(entry.status),
    entry.meaning,
    `\`${entry.kind}\`${entry.blocksAccount === true ? ", stops the account" : ""}${entry.optedOut === true ? ", opted out" : ""}`,
    entry.arrives === "warning" ? "not stopped" : executed[entry.execution],
    `${repeat[entry.retry]}${waitOf(entry)}`,
    entry.responsible,
    entry.otherChannel,
    entry.guidance,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function waitOf({ wait }: ErrorEntry): string {
  if (wait === undefined) return "";
  if (wait.type === "midnight") return `, after midnight in ${wait.zone}`;
  if (wait.ms % 60_000 !== 0) return `, after ${wait.ms / 1_000} s`;
  const minutes = wait.ms / 60_000;
  return minutes % 60 === 0 ? `, after ${minutes / 60} h` : `, after ${minutes} min`;
}
