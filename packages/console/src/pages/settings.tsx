/** Who I am here, and how I like to look at it. */
import { Button, SegmentedControl, Switch, useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ask } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import { enableKeys, useKeysEnabled } from "../keys.ts";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { useSession } from "../permissions.ts";

const roleWords = {
  sender: "hands in operations and looks at its own",
  viewer: "looks at everything, with numbers and content hidden",
  operator: "decides what is in review, and may reveal",
  admin: "does everything, bulk work and accounts too",
} as const;

/** The page. */
export function SettingsPage() {
  const session = useSession();
  const queries = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const keys = useKeysEnabled();
  const signOut = async (): Promise<void> => {
    await ask("/v1/session", { method: "DELETE" });
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
              <dt>Key</dt>
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
          <p className="dim">
            Keys, roles and alerts are configured in the configuration file, so that they are reviewed.
          </p>
        </section>
      </div>
    </PageFrame>
  );
}
