/** Does it reach anybody? One button, then one line for each end with what came of it. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../api/client.ts";
import type { Tested } from "../api/types.ts";
import { duration } from "../format.ts";
import { ToneBadge } from "./badge.tsx";
import { Refusal } from "./problem.tsx";

/** A result with the name of its end. */
export interface NamedResult extends Tested {
  readonly name: string;
  readonly detail?: string | null;
}

/** The button and its results. @param none what to say when there is nothing to test */
export function ReachTest({
  label,
  none,
  test,
}: {
  readonly label: string;
  readonly none: string;
  readonly test: () => Promise<readonly NamedResult[]>;
}) {
  const [results, setResults] = useState<readonly NamedResult[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  return (
    <div className="reach-test">
      <Button
        variant="default"
        loading={busy}
        onClick={() => {
          setBusy(true);
          setProblem(null);
          test()
            .then(setResults, (error: unknown) => {
              if (error instanceof ApiError) setProblem(error);
              else throw error;
            })
            .finally(() => {
              setBusy(false);
            });
        }}
      >
        {label}
      </Button>
      <Refusal problem={problem} />
      <div role="status">
        {results === null ? null : results.length === 0 ? (
          <p className="soft">{none}</p>
        ) : (
          <ul className="reached">
            {results.map(({ name, detail, ok, error, duration_ms: ms }) => (
              <li key={name}>
                <ToneBadge tone={ok ? "ok" : "fail"}>{ok ? "Reached" : "Not reached"}</ToneBadge>
                <strong>{name}</strong>
                {detail === undefined || detail === null ? null : <span className="mono dim">{detail}</span>}
                <span className="dim num">{duration(ms)}</span>
                {error === null ? null : <span className="soft">{error}</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
