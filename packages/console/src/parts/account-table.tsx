/** Every account on one line: does it send, how well, how fast, what is in its way. */
import { Link } from "@tanstack/react-router";
import type { AccountFigures, Lane } from "../api/types.ts";
import type { ListSearch } from "../filters.ts";
import { count, duration, share } from "../format.ts";
import { successOf } from "../overview.ts";
import { waiting } from "../states.ts";
import { AccountBadge } from "./account-badge.tsx";

/** The table. @param within the window as filters of a list */
export function AccountTable({
  accounts,
  within,
}: {
  readonly accounts: readonly AccountFigures[];
  readonly within: ListSearch;
}) {
  return (
    <div className="scroller" role="region" aria-label="Figures by account" tabIndex={0}>
      <table className="plain num">
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">State</th>
            <th scope="col" className="end">
              Asked for
            </th>
            <th scope="col" className="end">
              Accepted
            </th>
            <th scope="col" className="end">
              Delivered
            </th>
            <th scope="col" className="end">
              <abbr title="Until accepted: half, 95 % and 99 % took at most this long">p50 · p95 · p99</abbr>
            </th>
            <th scope="col" className="end">
              429
            </th>
            <th scope="col" className="end">
              In doubt
            </th>
            <th scope="col" className="end">
              In review
            </th>
            <th scope="col">Lanes and breakers</th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <AccountRow key={account.account} account={account} within={{ ...within, account: account.account }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AccountRow({ account, within }: { readonly account: AccountFigures; readonly within: ListSearch }) {
  const { accepted, refused, delivered, undelivered } = successOf(account);
  const { accepted: took } = account.latency;
  const own = { account: account.account };
  const due = account.current.oldest_due;
  return (
    <tr>
      <th scope="row">
        <Link to="/accounts" hash={account.account}>
          {account.account}
        </Link>{" "}
        <span className="dim">{account.provider}</span>
      </th>
      <td>
        <AccountBadge state={account.state} />
      </td>
      <td className="end">
        <Link to="/operations" search={within}>
          {count(account.asked)}
        </Link>
      </td>
      <td className="end">
        <Link to="/operations" search={{ ...within, state: "accepted,delivered,undelivered" }}>
          {share(accepted, accepted + refused)}
        </Link>
      </td>
      <td className="end">
        <Link to="/operations" search={{ ...within, state: "delivered" }}>
          {share(delivered, delivered + undelivered)}
        </Link>
      </td>
      <td className="end nowrap">
        {took === null ? "–" : [took.p50_ms, took.p95_ms, took.p99_ms].map((ms) => duration(ms)).join(" · ")}
      </td>
      <td className="end">
        <Link to="/operations" search={{ ...within, kind: "rate_limited" }}>
          {share(account.attempts.throttled, account.attempts.total)}
        </Link>
      </td>
      <td className="end">
        <Link to="/review" search={{ ...own, parked_reason: "doubt" }}>
          {count(account.doubt)}
        </Link>
      </td>
      <td className="end">
        <Link to="/review" search={own}>
          {count(account.current.parked_open)}
        </Link>
      </td>
      <td className="soft">
        {lanesInWords(account.lanes)}
        {due === null ? null : (
          <>
            {" · "}
            <Link to="/operations" search={{ ...own, state: waiting }}>
              {duration(due.age_seconds * 1_000)} late
            </Link>
          </>
        )}
      </td>
    </tr>
  );
}

function lanesInWords(lanes: readonly Lane[]): string {
  if (lanes.length === 0) return "none used yet";
  const broken = lanes.filter(({ breaker }) => breaker !== "closed").length;
  const shut = lanes.filter(({ open, breaker }) => !open && breaker === "closed").length;
  const parts = [
    ...(broken === 0 ? [] : [`${broken} waiting out failures`]),
    ...(shut === 0 ? [] : [`${shut} held`]),
    ...(lanes.length === broken + shut ? [] : [`${lanes.length - broken - shut} healthy`]),
  ];
  return parts.join(", ");
}
