/**
 * The filters of a list, as they stand in the address. A recipient's number or address is not among them: it travels in
 * the history entry's state instead, so that addresses can be pasted into a ticket.
 */

/** Names of the filters, as the API knows them. */
const filterNames = [
  "state",
  "account",
  "operation",
  "parked_reason",
  "kind",
  "code",
  "class",
  "assignee",
  "snoozed",
  "reference",
  "created_after",
  "created_before",
  "q",
] as const;

/** See {@link filterNames}. */
type FilterName = (typeof filterNames)[number];

/** Filters that are set. `to` never comes from an address. */
export type Filters = Partial<Record<FilterName | "to", string>>;

/** What else the address of a list may say: the page, and the verb that is being used on which row. */
export interface ListSearch extends Partial<Record<FilterName, string>> {
  cursor?: string;
  op?: string;
  do?: string;
}

const searchNames: readonly string[] = [...filterNames, "cursor", "op", "do"];

/** Reads an address; what is not known is dropped. */
export function readListSearch(search: Readonly<Record<string, unknown>>): ListSearch {
  return Object.fromEntries(
    searchNames.flatMap((name) => {
      const value = search[name];
      return typeof value === "string" && value !== "" ? [[name, value]] : [];
    }),
  );
}

/** The filters in an address. */
export function filtersOf(search: ListSearch): Filters {
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = search[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What somebody typed into a search box: an operation's id, a person's number or mail address, or something else. */
export function readQuery(typed: string): { readonly type: "id" | "person" | "text"; readonly value: string } | null {
  const value = typed.trim();
  if (value === "") return null;
  if (/^op_[0-9A-Za-z]{20,}$/.test(value)) return { type: "id", value };
  const bare = value.replace(/[\s().-]/g, "");
  if (/^(?:[a-z]+:)?\+?\d{7,15}$/.test(bare))
    return { type: "person", value: bare.includes("+") ? bare : bare.replace(/(?=\d)/, "+") };
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return { type: "person", value };
  // The beginning of a number is nobody's reference; it would only end up in an address.
  if (/^\+\d{0,6}$/.test(bare)) return null;
  return { type: "text", value };
}
