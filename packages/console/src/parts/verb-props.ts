/** What every verb's form is given by the dialog around it. */
import type { ApiError } from "../api/client.ts";
import type { Operation } from "../api/types.ts";
import type { Verb } from "../api/verbs.ts";

/** What the body of a dialog gets. */
export interface VerbProps {
  readonly operation: Operation;
  readonly verb: Verb;
  readonly busy: boolean;
  readonly problem: ApiError | null;
  readonly submit: (body: Readonly<Record<string, unknown>>) => void;
}
