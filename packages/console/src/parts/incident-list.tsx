/** Trouble at providers: from when to when, on what grounds, and what was held meanwhile. */
import { Link } from "@tanstack/react-router";
import type { Incident } from "../api/types.ts";
import { count, duration } from "../format.ts";
import { ToneBadge } from "./badge.tsx";
import { Moment } from "./moment.tsx";

/** The list, newest first. @param now an instant: where running ones have got to */
export function IncidentList({ incidents, now }: { readonly incidents: readonly Incident[]; readonly now: string }) {
  if (incidents.length === 0) return <p className="soft">No provider had an incident in this time.</p>;
  return (
    <ol className="incidents">
      {incidents
        .toSorted((left, right) => Date.parse(right.started_at) - Date.parse(left.started_at))
        .map(
          ({
            id,
            provider,
            accounts,
            started_at: from,
            ended_at: until,
            evidence,
            ended_because: why,
            operations_held: held,
          }) => (
            <li key={id} data-tone={until === null ? "fail" : "off"}>
              <p>
                <ToneBadge tone={until === null ? "fail" : "off"}>{until === null ? "Running" : "Over"}</ToneBadge>{" "}
                <strong>{provider}</strong> <span className="dim">{accounts.join(", ")}</span>
              </p>
              <p className="soft">{evidence}</p>
              <p className="dim num">
                <Moment at={from} as="clock" />
                {until === null ? (
                  " until now"
                ) : (
                  <>
                    {" "}
                    to <Moment at={until} as="clock" />
                  </>
                )}
                , {duration(Date.parse(until ?? now) - Date.parse(from))}
                {why === null ? "" : ` · ended: ${why}`} ·{" "}
                <Link
                  to="/operations"
                  search={{
                    account: accounts[0] ?? "",
                    created_after: from,
                    ...(until === null ? {} : { created_before: until }),
                  }}
                >
                  {count(held)} held
                </Link>
              </p>
            </li>
          ),
        )}
    </ol>
  );
}
