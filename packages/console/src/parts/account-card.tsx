/** One account: how it is doing, lane by lane, and what an admin may do to it. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { testWebhooks } from "../api/admin.ts";
import type { Account } from "../api/types.ts";
import { actOnAccount } from "../api/verbs.ts";
import { useMay } from "../permissions.ts";
import { announce } from "../toasts.ts";
import { AccountBadge } from "./account-badge.tsx";
import { LiftOptOutDialog, PauseDialog } from "./account-dialogs.tsx";
import { Copy } from "./copy.tsx";
import { LaneTable } from "./lane-table.tsx";
import { Moment } from "./moment.tsx";
import { ReachTest } from "./reach-test.tsx";

/** The card. */
export function AccountCard({ account }: { readonly account: Account }) {
  const may = useMay();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"pause" | "lift" | null>(null);
  const [busy, setBusy] = useState<"resume" | "check" | null>(null);
  const webhook = `${location.origin}/webhooks/${account.name}`;
  const close = (): void => {
    setAsking(null);
  };
  const act = (verb: "resume" | "check"): void => {
    setBusy(verb);
    actOnAccount(account.name, verb, null).then(
      (after) => {
        setBusy(null);
        void queries.invalidateQueries({ queryKey: ["accounts"] });
        const said = verb === "check" ? (after.last_check?.message ?? "Checked.") : "It sends again.";
        announce({ title: account.name, message: said, tone: "ok" });
      },
      (error: unknown) => {
        setBusy(null);
        announce({
          title: account.name,
          message: error instanceof Error ? error.message : "That did not work",
          tone: "fail",
        });
      },
    );
  };
  return (
    <section className="panel account" id={account.name} aria-labelledby={`account-${account.name}`}>
      <header>
        <h2 id={`account-${account.name}`}>{account.name}</h2>
        <span className="dim">{account.provider}</span>
        <AccountBadge state={account.state} />
        <span className="spacer" />
        {may("administer") ? (
          <>
            <Button
              variant="default"
              loading={busy === "check"}
              onClick={() => {
                act("check");
              }}
            >
              Check
            </Button>
            {account.paused ? (
              <Button
                loading={busy === "resume"}
                onClick={() => {
                  act("resume");
                }}
              >
                Resume
              </Button>
            ) : (
              <Button
                variant="default"
                onClick={() => {
                  setAsking("pause");
                }}
              >
                Pause
              </Button>
            )}
          </>
        ) : null}
      </header>
      {account.holds.map((hold) => (
        <p key={hold.reason} className="note" data-tone={hold.reason === "paused" ? "late" : "fail"}>
          {hold.reason === "paused" ? "Paused" : hold.reason === "blocked" ? "Blocked" : "Incident"} by {hold.actor}{" "}
          <Moment at={hold.since} />: {hold.because}
        </p>
      ))}
      <LaneTable account={account} />
      <dl className="facts wide">
        <div>
          <dt>Credentials</dt>
          <dd>
            {account.credentials === "unknown" ? "not checked yet" : account.credentials}
            {account.last_check === null ? null : (
              <span className="dim">
                {" "}
                · checked <Moment at={account.last_check.at} />: {account.last_check.message}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>Webhook address</dt>
          <dd>
            <span className="mono">{webhook}</span>
            <Copy value={webhook} what="the webhook address" />
            {may("administer") ? (
              <ReachTest
                label="Test it from outside"
                none="There is nothing to test: set http.publicUrl."
                test={async () =>
                  (await testWebhooks("tested from the console")).results
                    .filter((result) => result.account === account.name)
                    .map(({ account: name, url, ...rest }) => ({ name, detail: url, ...rest }))
                }
              />
            ) : null}
            {/^(?:localhost|127\.|\[::1\])/.test(location.hostname) ? (
              <p className="dim">
                The provider cannot reach this machine under this name: set <span className="mono">http.publicUrl</span>
                .
              </p>
            ) : null}
          </dd>
        </div>
        <div>
          <dt>Provider&apos;s address</dt>
          <dd className="mono">{account.base_url}</dd>
        </div>
        {may("administer") ? (
          <div>
            <dt>Opt-outs</dt>
            <dd>
              <button
                type="button"
                className="link"
                onClick={() => {
                  setAsking("lift");
                }}
              >
                Lift one
              </button>{" "}
              <span className="dim">of somebody who wants to be written to again</span>
            </dd>
          </div>
        ) : null}
        <div>
          <dt>Operations</dt>
          <dd>
            {account.operations.join(", ")} ·{" "}
            <Link to="/operations" search={{ account: account.name }}>
              show what it sent
            </Link>
          </dd>
        </div>
      </dl>
      {asking === "pause" ? <PauseDialog name={account.name} onClose={close} /> : null}
      {asking === "lift" ? <LiftOptOutDialog name={account.name} onClose={close} /> : null}
    </section>
  );
}
