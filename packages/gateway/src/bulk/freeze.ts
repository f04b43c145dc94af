/** Finds the members of bulk work, once: what the query selects now, with the versions it has now. */
import type { Outbox } from "@landline/outbox";
import type { Caller } from "../permissions.ts";
import { sees } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { invalid } from "../reply.ts";
import type { OperationFilter } from "../schemas/filters.ts";
import type { BulkMember } from "./record.ts";

const pageSize = 200;

/** The members, oldest first, or a refusal when there are too many. */
export async function freeze(
  outbox: Pick<Outbox, "list">,
  caller: Caller,
  filter: OperationFilter,
  membersMax: number,
): Promise<readonly BulkMember[] | Problem> {
  const members: BulkMember[] = [];
  let cursor: string | null = null;
  do {
    const page = await outbox.list(filter, { limit: pageSize, cursor });
    if (page === "bad_cursor") throw new Error("the outbox refused a cursor of its own");
    for (const operation of page.operations)
      if (sees(caller, operation)) members.push([operation.id, operation.version]);
    if (members.length > membersMax)
      return invalid("query", `The query selects more than ${membersMax} operations: narrow it`);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return members.toReversed();
}
