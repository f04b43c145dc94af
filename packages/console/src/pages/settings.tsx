/** Who I am here, and how I like to look at it. */
import { Button, SegmentedControl, Switch, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { testAlerts } from "../api/admin.ts";
import { ask } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import { enableKeys, useKeysEnabled } from "../keys.ts";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { ReachTest } from "../parts/reach-test.tsx";
import { roleWords, useMay, useSession } from "../permissions.ts";

/** The page. */
export function SettingsPage() {
  const session = useSession();
  const may = useMay();
  const queries = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const keys = useKeysEnabled();
  const signOut = async (): Promise<void> => {
    const { sign_out_url: elsewhere } = session;
    await ask("/v1/session", { method: "DELETE" });
    // Who came through a provider is signed out there too, else the next click would let them in again.
    if (elsewhere !== null && elsewhere !== undefined) return location.assign(elsewhere);
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
    queries.setQueryData(sessionQuery.queryKey, null);
  };
  return (
    <PageFrame title="Settings">
      <div className="settings">
        <section className="panel" aria-labelledby="me">
          <header>
            <h2 id="me">You</h2>
            <span className="spacer" />
            <Button variant="default" onClick={() => void signOut()}>
              Sign out
            </Button>
          </header>
          <dl className="facts wide">
            <div>
              <dt>Name</dt>
              <dd>{session.name}</dd>
            </div>
            <div>
              <dt>Role</dt>
              <dd>
                {session.role} <span className="dim">· {roleWords[session.role]}</span>
              </dd>
            </div>
            <div>
              <dt>Accounts</dt>
              <dd>{session.accounts === null ? "all" : session.accounts.join(", ")}</dd>
            </div>
            {session.expires_at === null ? null : (
              <div>
                <dt>Signed in until</dt>
                <dd>
                  <Moment at={session.expires_at} as="full" />
                </dd>
              </div>
            )}
          </dl>
        </section>
        <section className="panel" aria-labelledby="look">
          <header>
            <h2 id="look">Appearance</h2>
          </header>
          <SegmentedControl
            aria-label="Colours"
            value={colorScheme}
            data={[
              { value: "auto", label: "As the system" },
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
            ]}
            onChange={(value) => {
              setColorScheme(value);
            }}
          />
          <Switch
            checked={keys}
            label="Single-key shortcuts"
            description="j, k, x, e, r and the others; ? shows them all."
            onChange={(event) => {
              enableKeys(event.currentTarget.checked);
            }}
          />
          <p className="dim">
            Times are shown in {new Intl.DateTimeFormat().resolvedOptions().timeZone}; point at one to see UTC.
          </p>
        </section>
        {may("administer") ? (
          <>
            <section className="panel" aria-labelledby="people">
              <header>
                <h2 id="people">People and keys</h2>
                <span className="spacer" />
                <Button variant="default" renderRoot={(props) => <Link to="/settings/keys" {...props} />}>
                  Manage keys
                </Button>
              </header>
              <p className="soft">
                One key for each person and each program, so that every history says who it was. New ones work at once,
                ended ones stop at once.
              </p>
            </section>
            <section className="panel" aria-labelledby="alerts">
              <header>
                <h2 id="alerts">Alerts</h2>
              </header>
              <p className="soft">
                Spent retries, blocked accounts, incidents and old work are told through the channels of the
                configuration. A test goes through all of them: it pages whoever is on call, and is resolved at once
                where the channel can do that.
              </p>
              <ReachTest
                label="Send a test alert"
                none="No alert channel is configured: nobody is told. Add one under alerts in the configuration."
                test={async () =>
                  (await testAlerts("tested from the console")).results.map(({ channel, ...rest }) => ({
                    name: channel,
                    ...rest,
                  }))
                }
              />
            </section>
          </>
        ) : null}
        <section className="panel" aria-labelledby="more">
          <header>
            <h2 id="more">The machine&apos;s side</h2>
          </header>
          <ul className="links">
            <li>
              <a href="/docs">HTTP API</a> <span className="dim">everything this console does, for programs</span>
            </li>
            <li>
              <a href="/openapi.json">OpenAPI document</a>
            </li>
            <li>
              <a href="/metrics">Metrics</a> <span className="dim">Prometheus text</span>
            </li>
          </ul>
        </section>
      </div>
    </PageFrame>
  );
}
