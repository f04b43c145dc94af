/** The lanes of an account: whether they let anything through, how fast, and until when they wait. */
import type { Account, Lane } from "../api/types.ts";
import { ToneBadge } from "./badge.tsx";
import { Moment } from "./moment.tsx";

const breakers = { closed: "Healthy", half_open: "Trying again", open: "Broken, waiting" } as const;

/** The table. */
export function LaneTable({ account }: { readonly account: Account }) {
  if (account.lanes.length === 0) return <p className="dim">Nothing has been sent through it since the start.</p>;
  return (
    <div className="scroller" role="region" aria-label={`Lanes of ${account.name}`} tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Lane</th>
            <th scope="col">State</th>
            <th scope="col" className="end">
              Rate
            </th>
            <th scope="col" className="end">
              In flight
            </th>
            <th scope="col">Waits</th>
          </tr>
        </thead>
        <tbody>
          {account.lanes.map((lane) => (
            <tr key={lane.lane}>
              <th scope="row">{laneName(account.name, lane.lane)}</th>
              <td>
                <ToneBadge tone={lane.breaker === "open" ? "fail" : lane.open ? "ok" : "late"}>
                  {lane.breaker === "closed" && !lane.open ? "Closed" : breakers[lane.breaker]}
                </ToneBadge>
              </td>
              <td className="end num">{lane.rate === null ? "no limit found" : `${lane.rate.toFixed(1)}/s`}</td>
              <td className="end num">{inFlight(lane)}</td>
              <td>{lane.waits_until === null ? <span className="dim">–</span> : <Moment at={lane.waits_until} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A lane's name without the account's, and with the numbers in it masked. */
function laneName(account: string, lane: string): string {
  const own = lane.startsWith(`${account}/`) ? lane.slice(account.length + 1) : lane;
  return own.replaceAll(/\+\d{4,}/g, (number) => `${number.slice(0, 2)}…${number.slice(-2)}`);
}

function inFlight({ in_flight: now, window }: Lane): string {
  return `${now} of ${window}`;
}
