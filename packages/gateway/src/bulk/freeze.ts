/** Finds the members of bulk work, once: what the query selects now, with the versions it has now. */
import type { Outbox, SelectedOperation } from "@landline/outbox";
import type { GatewayHost } from "../options.ts";
import type { Caller } from "../permissions.ts";
import { sees } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { invalid } from "../reply.ts";
import type { OperationFilter } from "../schemas/filters.ts";
import type { BulkMember } from "./record.ts";

/** As many as are read in some milliseconds, so that nobody else waits for long. */
const pageSize = 2_000;

/** The members, oldest first, or a refusal when there are too many. */
export async function freeze(
  outbox: Pick<Outbox, "select">,
  host: Pick<GatewayHost, "after">,
  caller: Caller,
  filter: OperationFilter,
  membersMax: number,
): Promise<readonly BulkMember[] | Problem> {
  const members: BulkMember[] = [];
  for await (const { id, version } of selected(outbox, host, caller, filter)) {
    members.push([id, version]);
    if (members.length > membersMax)
      return invalid("query", `The query selects more than ${membersMax} operations: narrow it`);
  }
  return members.toReversed();
}

/** Everything a query selects that its caller may see, newest first, page by page. */
export async function* selected(
  outbox: Pick<Outbox, "select">,
  host: Pick<GatewayHost, "after">,
  caller: Caller,
  filter: OperationFilter,
): AsyncGenerator<SelectedOperation> {
  let cursor: string | null = null;
  do {
    const page = await outbox.select(filter, { limit: pageSize, cursor });
    if (page === "bad_cursor") throw new Error("the outbox refused a cursor of its own");
    for (const operation of page.operations) if (sees(caller, operation)) yield operation;
    cursor = page.nextCursor;
    // Stores that answer at once must not keep everybody else waiting until the last page.
    await new Promise<void>((resolve) => {
      host.after(0, resolve);
    });
  } while (cursor !== null);
}
