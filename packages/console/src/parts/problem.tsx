/** Why a decision was refused, next to the button that was pressed. Conflicts are told by their own notice. */
import type { ApiError } from "../api/client.ts";

/** A refusal that is not a conflict, or nothing. */
export function Problem({ problem }: { readonly problem: ApiError | null }) {
  return <Refusal problem={problem?.code === "STATE_CONFLICT" ? null : problem} />;
}

/** Any refusal, or nothing. */
export function Refusal({ problem }: { readonly problem: ApiError | null }) {
  if (problem === null) return null;
  const { field, guidance } = problem.details;
  return (
    <p className="note" data-tone="fail" role="alert">
      {typeof field === "string" ? <span className="mono">{field}: </span> : null}
      {problem.message}
      {typeof guidance === "string" && guidance !== "" ? <span className="soft"> {guidance}</span> : null}
    </p>
  );
}
