/** The ways out: how each account is doing, lane by lane, and stopping or starting it. */
import { IconPlug } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { accountsQuery } from "../api/queries.ts";
import { AccountCard } from "../parts/account-card.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Blank, Loading, Trouble } from "../parts/states.tsx";

/** The page. */
export function AccountsPage() {
  const { data, error, refetch } = useQuery(accountsQuery);
  return (
    <PageFrame title="Accounts" lead="One set of credentials at one provider each.">
      {data !== undefined ? (
        data.length === 0 ? (
          <Blank icon={<IconPlug stroke={1.4} />} title="No account is configured">
            Add one to <span className="mono">landline.config.json</span> and start again.
          </Blank>
        ) : (
          <div className="accounts">
            {data.map((account) => (
              <AccountCard key={account.name} account={account} />
            ))}
          </div>
        )
      ) : error === null ? (
        <Loading />
      ) : (
        <Trouble error={error} again={() => void refetch()} />
      )}
    </PageFrame>
  );
}
