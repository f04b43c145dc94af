import { Button, Modal } from "@mantine/core";
import { IconPlug } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { testWebhooks } from "../api/admin.ts";
import { ApiError } from "../api/client.ts";
import { accountsQuery } from "../api/queries.ts";
import type { Account } from "../api/types.ts";
import { actOnAccount } from "../api/verbs.ts";
import { AccountBadge } from "../parts/account-badge.tsx";
import { Copy } from "../parts/copy.tsx";
/** The ways out: how each account is doing, lane by lane, and stopping or starting it. */
import { DialogForm } from "../parts/dialog-form.tsx";
import { LaneTable } from "../parts/lane-table.tsx";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Problem } from "../parts/problem.tsx";
import { ReachTest } from "../parts/reach-test.tsx";
import { ReasonField } from "../parts/reason-field.tsx";
import { Blank, Loading, Trouble } from "../parts/states.tsx";
import { useMay } from "../permissions.ts";
import { announce } from "../toasts.ts";

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

function AccountCard({ account }: { readonly account: Account }) {
  const may = useMay();
  const queries = useQueryClient();
  const [pausing, setPausing] = useState(false);
  const [busy, setBusy] = useState<"resume" | "check" | null>(null);
  const webhook = `${location.origin}/webhooks/${account.name}`;
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
                  setPausing(true);
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
      {pausing ? (
        <PauseDialog
          name={account.name}
          onClose={() => {
            setPausing(false);
          }}
        />
      ) : null}
    </section>
  );
}

function PauseDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  return (
    <Modal opened onClose={onClose} title={`Pause ${name}`} size={480} closeButtonProps={{ "aria-label": "Close" }}>
      <DialogForm
        onSubmit={() => {
          if (reason.trim() === "") return;
          setBusy(true);
          actOnAccount(name, "pause", reason.trim()).then(
            () => {
              void queries.invalidateQueries({ queryKey: ["accounts"] });
              onClose();
            },
            (error: unknown) => {
              setBusy(false);
              if (error instanceof ApiError) setProblem(error);
              else throw error;
            },
          );
        }}
      >
        <p className="soft">
          Nothing more is sent through it. What was asked for waits and is held, no attempt is spent; it stays paused
          after a restart.
        </p>
        <ReasonField value={reason} onChange={setReason} hint="Kept with your name, and shown to everybody." />
        <Problem problem={problem} />
        <div className="dialog-foot">
          <Button type="submit" loading={busy} disabled={reason.trim() === ""}>
            Pause
          </Button>
        </div>
      </DialogForm>
    </Modal>
  );
}
