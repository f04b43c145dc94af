/**
 * List requests: the filters Twilio has (and no others), paging by an opaque token, newest first.
 */
import type { Answer } from "../fake.ts";
import { one } from "../http/form.ts";
import type { Form } from "../http/form.ts";
import { answer, refuse } from "./answers.ts";
import { uriOf } from "./desk.ts";
import type { Visit } from "./desk.ts";
import type { Shelf, Shelved } from "./shelf.ts";

/** How one kind of resource is listed. */
export interface Listing<T> {
  /** The name of the list in the answer. */
  readonly resource: string;
  visible(item: T): boolean;
  /** Date filters by parameter name; each with `=`, `<` and `>`. */
  readonly dates: Readonly<Record<string, (item: T) => number | null>>;
  /** Exact filters by parameter name. */
  readonly texts: Readonly<Record<string, (item: T) => string | null>>;
  render(item: T): Readonly<Record<string, unknown>>;
}

/** Answers a list request. */
export function listPage<T extends Shelved>(
  visit: Visit,
  collection: string,
  shelf: Shelf<T>,
  listing: Listing<T>,
): Answer {
  const { form, accountSid, format } = visit;
  const size = Number(one(form, "PageSize") ?? 50);
  const token = one(form, "PageToken");
  const page = Number(one(form, "Page") ?? 0);
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(page) || page < 0)
    return refuse(400, 20422, null, format);
  const after = token === null ? null : Number(/^PA(\d{1,12})$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(after)) return refuse(400, 20422, "Invalid PageToken", format);
  const pageSize = Math.min(size, 1_000);
  const filters = filtersOf(form, listing);
  if (filters === null) return refuse(400, 20422, "Invalid date filter", format);
  const { items, next } = shelf.page({
    accountSid,
    to: one(form, "To"),
    from: one(form, "From"),
    size: pageSize,
    after,
    matches: (item) => listing.visible(item) && filters.every((filter) => filter(item)),
  });
  const uri = (index: number, tokenText: string | null): string => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(form)) {
      if (["Page", "PageSize", "PageToken"].includes(name)) continue;
      for (const each of ([] as string[]).concat(value ?? [])) query.append(name, each);
    }
    query.set("PageSize", String(pageSize));
    query.set("Page", String(index));
    if (tokenText !== null) query.set("PageToken", tokenText);
    return `${uriOf(accountSid, `${collection}.json`)}?${query.toString()}`;
  };
  return answer(
    200,
    {
      end: Math.max(0, page * pageSize + items.length - 1),
      first_page_uri: uri(0, null),
      next_page_uri: next === null ? null : uri(page + 1, `PA${next}`),
      page,
      page_size: pageSize,
      previous_page_uri: null,
      [listing.resource]: items.map((item) => listing.render(item)),
      start: page * pageSize,
      uri: uri(page, token),
    },
    format,
  );
}

type Filter<T> = (item: T) => boolean;

/** Null when a date cannot be read. A day without a time means that whole day, GMT. */
function filtersOf<T>(form: Form, listing: Listing<T>): readonly Filter<T>[] | null {
  const filters: Filter<T>[] = [];
  for (const [name, textOf] of Object.entries(listing.texts)) {
    const wanted = one(form, name);
    if (wanted !== null) filters.push((item) => textOf(item) === wanted);
  }
  for (const [name, dateOf] of Object.entries(listing.dates)) {
    for (const relation of ["", "<", ">"] as const) {
      const text = one(form, `${name}${relation}`);
      if (text === null) continue;
      const from = Date.parse(text);
      if (!Number.isFinite(from)) return null;
      const until = /^\d{4}-\d{2}-\d{2}$/.test(text) ? from + 86_400_000 : from + 1_000;
      filters.push((item) => {
        const date = dateOf(item);
        if (date === null) return false;
        return relation === "" ? date >= from && date < until : relation === "<" ? date < until : date >= from;
      });
    }
  }
  return filters;
}
