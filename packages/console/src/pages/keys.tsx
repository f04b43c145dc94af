/** Who and what may come in: every key with its role, making one, replacing one, ending one at once. */
import { Button } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { keysQuery } from "../api/admin.ts";
import type { Key, KeyMade } from "../api/types.ts";
import { KeyMadeDialog, NewKeyDialog, RevokeKeyDialog, RotateKeyDialog } from "../parts/key-dialogs.tsx";
import { Moment } from "../parts/moment.tsx";
import { PageFrame } from "../parts/page.tsx";
import { Blank, Loading, Trouble } from "../parts/states.tsx";
import { useMay } from "../permissions.ts";

type Doing =
  | { readonly type: "new" }
  | { readonly type: "rotate" | "revoke"; readonly key: Key }
  /** In memory only: the secret is shown once and forgotten with the dialog. */
  | { readonly type: "made"; readonly made: KeyMade };

/** The page. */
export function KeysPage() {
  const may = useMay();
  const [doing, setDoing] = useState<Doing | null>(null);
  const allowed = may("administer");
  const { data, error, refetch } = useQuery({ ...keysQuery, enabled: allowed });
  const close = (): void => {
    setDoing(null);
  };
  const made = (key: KeyMade): void => {
    setDoing({ type: "made", made: key });
  };
  return (
    <PageFrame
      title="Keys"
      lead={
        <>
          People and programs, each with a name and a role. <Link to="/settings">Settings</Link>
        </>
      }
      side={
        allowed ? (
          <Button
            onClick={() => {
              setDoing({ type: "new" });
            }}
          >
            New key
          </Button>
        ) : null
      }
    >
      {!allowed ? (
        <Blank title="Your key does not allow this">Keys are made and ended by admins.</Blank>
      ) : data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Trouble error={error} again={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <Blank icon={<IconKey stroke={1.4} />} title="No key yet">
          Make one for every person and every program, so that the history says who it was.
        </Blank>
      ) : (
        <KeyTable
          keys={data}
          rotate={(key) => {
            setDoing({ type: "rotate", key });
          }}
          revoke={(key) => {
            setDoing({ type: "revoke", key });
          }}
        />
      )}
      {doing?.type === "new" ? <NewKeyDialog onClose={close} onMade={made} /> : null}
      {doing?.type === "rotate" ? <RotateKeyDialog of={doing.key} onClose={close} onMade={made} /> : null}
      {doing?.type === "revoke" ? <RevokeKeyDialog of={doing.key} onClose={close} /> : null}
      {doing?.type === "made" ? <KeyMadeDialog made={doing.made} onClose={close} /> : null}
    </PageFrame>
  );
}

function KeyTable({
  keys,
  rotate,
  revoke,
}: {
  readonly keys: readonly Key[];
  readonly rotate: (key: Key) => void;
  readonly revoke: (key: Key) => void;
}) {
  return (
    <div className="scroller" role="region" aria-label="Keys" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">Accounts</th>
            <th scope="col">At most</th>
            <th scope="col">Since</th>
            <th scope="col">
              <span className="visually-hidden">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <th scope="row">{key.name}</th>
              <td>{key.role}</td>
              <td className="soft">{key.accounts === null ? "all" : key.accounts.join(", ")}</td>
              <td className="soft num">
                {key.rate_limit === null ? "no limit of its own" : `${key.rate_limit.per_second}/s`}
              </td>
              <td className="dim">
                {key.created_at === null ? "in the configuration" : <Moment at={key.created_at} />}
                {key.created_by === null ? null : ` by ${key.created_by}`}
              </td>
              <td className="end key-verbs">
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Replace ${key.name}`}
                  onClick={() => {
                    rotate(key);
                  }}
                >
                  Replace
                </Button>
                {key.source === "configuration" ? null : (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`End ${key.name}`}
                    onClick={() => {
                      revoke(key);
                    }}
                  >
                    End
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
