/** Finding an operation for a caller: what is not for them is not there. */
import type { OperationView, StoryView } from "@landline/outbox";
import type { Caller } from "../permissions.ts";
import { sees } from "../permissions.ts";
import type { Problem } from "../reply.ts";
import { problem } from "../reply.ts";
import type { RoutePorts } from "./ports.ts";

/** The refusal of an operation that is not there, or not for this caller. */
export function notFound(): Problem {
  return problem("NOT_FOUND", "There is no such operation");
}

/** The operation, or 404. */
export async function visible(
  id: string,
  caller: Caller,
  ports: Pick<RoutePorts, "outbox">,
): Promise<OperationView | Problem> {
  const operation = await ports.outbox.get(id);
  return operation === null || !sees(caller, operation) ? notFound() : operation;
}

/** The operation with its story, or 404. */
export async function visibleStory(
  id: string,
  caller: Caller,
  ports: Pick<RoutePorts, "outbox">,
): Promise<StoryView | Problem> {
  const story = await ports.outbox.story(id);
  return story === null || !sees(caller, story.operation) ? notFound() : story;
}
