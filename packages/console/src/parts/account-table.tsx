/** Every account on one line: does it send, how well, how fast, what is in its way. */
import { Link } from "@tanstack/react-router";
import type { Account } from "../api/types.ts";
import { count, share } from "../format.ts";
import type { Summed } from "../overview.ts";
import { AccountBadge } from "./account-badge.tsx";
import { Moment } from "./moment.tsx";

/** The table. */
export function AccountTable({
  accounts,
  sum,
  after,
}: {
  readonly accounts: readonly Account[];
  readonly sum: Summed;
  readonly after: string;
}) {
  return (
    <div className="scroller" role="region" aria-label="Figures by account" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">State</th>
            <th scope="col" className="end">
              Asked for
            </th>
            <th scope="col" className="end">
              Arrived
            </th>
            <th scope="col" className="end">
              Failed
            </th>
            <th scope="col" className="end">
              In doubt
            </th>
            <th scope="col">Lanes</th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => {
            const own = sum.byAccount.get(account.name);
            const total = own === undefined ? 0 : Object.values(own).reduce((all, part) => all + part, 0);
            const hold = account.holds[0];
            const broken = account.lanes.filter(({ open }) => !open);
            const search = { account: account.name, created_after: after };
            return (
              <tr key={account.name}>
                <th scope="row">
                  <Link to="/accounts" hash={account.name}>
                    {account.name}
                  </Link>{" "}
                  <span className="dim">{account.provider}</span>
                </th>
                <td>
                  <AccountBadge state={account.state} />
                  {hold === undefined ? null : (
                    <span className="dim">
                      {" "}
                      <Moment at={hold.since} />
                    </span>
                  )}
                </td>
                <td className="end num">
                  <Link to="/operations" search={search}>
                    {count(total)}
                  </Link>
                </td>
                <td className="end num">{own === undefined ? "–" : share(own.arrived, total)}</td>
                <td className="end num">{own === undefined ? "–" : count(own.failed)}</td>
                <td className="end num">{own === undefined ? "–" : count(own.doubt)}</td>
                <td className="soft">
                  {account.lanes.length === 0
                    ? "none used yet"
                    : broken.length === 0
                      ? `${account.lanes.length} open`
                      : `${broken.length} of ${account.lanes.length} closed`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
