/** Dialogs about keys: a new one, a second one of the same name, the end of one, and the one look at a secret. */
import { Button, Checkbox, Modal, Radio, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { keysQuery, makeKey, revokeKey, rotateKey } from "../api/admin.ts";
import { ApiError } from "../api/client.ts";
import { accountsQuery } from "../api/queries.ts";
import type { Key, KeyMade } from "../api/types.ts";
import { roleWords } from "../permissions.ts";
import { Copy } from "./copy.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { Refusal } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";

interface Ended {
  readonly onClose: () => void;
}
interface Making extends Ended {
  readonly onMade: (made: KeyMade) => void;
}

/** Runs something that may be refused, and reads the keys again. */
function useDoing(): {
  readonly busy: boolean;
  readonly problem: ApiError | null;
  readonly run: <T>(act: () => Promise<T>, done: (result: T) => void) => void;
} {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  return {
    busy,
    problem,
    run: (act, done) => {
      setBusy(true);
      setProblem(null);
      const ended = async (): Promise<void> => {
        try {
          const result = await act();
          void queries.invalidateQueries({ queryKey: keysQuery.queryKey });
          done(result);
        } catch (error) {
          setBusy(false);
          if (error instanceof ApiError) setProblem(error);
          else throw error;
        }
      };
      void ended();
    },
  };
}

function Frame({ title, onClose, children }: Ended & { readonly title: string; readonly children: ReactNode }) {
  return (
    <Modal opened onClose={onClose} title={title} size={560} closeButtonProps={{ "aria-label": "Close" }}>
      {children}
    </Modal>
  );
}

const keyRoles = Object.keys(roleWords) as readonly Key["role"][];

/** A new key. */
export function NewKeyDialog({ onClose, onMade }: Making) {
  const accounts = useQuery(accountsQuery).data ?? [];
  const [name, setName] = useState("");
  const [role, setRole] = useState<Key["role"]>("sender");
  const [only, setOnly] = useState<readonly string[]>([]);
  const [reason, setReason] = useState("");
  const { busy, problem, run } = useDoing();
  return (
    <Frame title="New key" onClose={onClose}>
      <DialogForm
        onSubmit={() => {
          if (name.trim() === "") return;
          run(
            async () =>
              makeKey({
                name: name.trim(),
                role,
                ...(only.length === 0 ? {} : { accounts: only }),
                ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
              }),
            onMade,
          );
        }}
      >
        <TextInput
          label="Name"
          description="Of the person or the program. It stands in every history, and owns its idempotency keys."
          value={name}
          maxLength={100}
          data-autofocus
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <Radio.Group
          label="Role"
          value={role}
          onChange={(value) => {
            setRole(value);
          }}
        >
          <div className="choices">
            {keyRoles.map((each) => (
              <Radio key={each} value={each} label={each} description={roleWords[each]} />
            ))}
          </div>
        </Radio.Group>
        {accounts.length < 2 ? null : (
          <Checkbox.Group
            label="Only these accounts"
            description="None chosen: all of them, also those to come."
            value={[...only]}
            onChange={setOnly}
          >
            <div className="choices">
              {accounts.map(({ name: account }) => (
                <Checkbox key={account} value={account} label={account} size="xs" />
              ))}
            </div>
          </Checkbox.Group>
        )}
        <ReasonField
          label="Note (optional)"
          hint="Kept in the audit record."
          value={reason}
          onChange={setReason}
          autoFocus={false}
          required={false}
        />
        <Refusal problem={problem} />
        <div className="dialog-foot">
          <Button type="submit" loading={busy} disabled={name.trim() === ""}>
            Make the key
          </Button>
        </div>
      </DialogForm>
    </Frame>
  );
}

/** A second key of the same name. */
export function RotateKeyDialog({ of: old, onClose, onMade }: Making & { readonly of: Key }) {
  const [reason, setReason] = useState("");
  const { busy, problem, run } = useDoing();
  return (
    <Frame title={`Replace the key of ${old.name}`} onClose={onClose}>
      <DialogForm
        onSubmit={() => {
          if (reason.trim() !== "") run(async () => rotateKey(old.id, reason.trim()), onMade);
        }}
      >
        <p className="soft">
          A second key with the same name and rights. Both work until the old one is ended
          {old.source === "configuration" ? " by taking it out of the configuration" : ""}, so that nothing has to stop.
        </p>
        <ReasonField value={reason} onChange={setReason} hint="Kept in the audit record." />
        <Refusal problem={problem} />
        <div className="dialog-foot">
          <Button type="submit" loading={busy} disabled={reason.trim() === ""}>
            Make the second key
          </Button>
        </div>
      </DialogForm>
    </Frame>
  );
}

/** The end of a key. */
export function RevokeKeyDialog({ of: key, onClose }: Ended & { readonly of: Key }) {
  const { busy, problem, run } = useDoing();
  return (
    <Frame title={`End the key of ${key.name}`} onClose={onClose}>
      <DialogForm
        onSubmit={() => {
          run(async () => revokeKey(key.id), onClose);
        }}
      >
        <p>
          Whoever uses it is refused from the next request on, and signed out here. What it asked for goes on. This
          cannot be undone.
        </p>
        <Refusal problem={problem} />
        <div className="dialog-foot">
          <Button type="submit" color="red.9" loading={busy} data-autofocus>
            End it now
          </Button>
        </div>
      </DialogForm>
    </Frame>
  );
}

/** The one look at a secret. */
export function KeyMadeDialog({ made, onClose }: Ended & { readonly made: KeyMade }) {
  return (
    <Frame title={`The key of ${made.name}`} onClose={onClose}>
      <div className="dialog">
        <p>
          This is the only time it is shown. Put it where {made.name} finds it; Landline keeps a digest and cannot show
          it again.
        </p>
        <div className="code-block">
          <pre tabIndex={0}>{made.key}</pre>
          <Copy value={made.key} what="the key" />
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose} data-autofocus>
            It is kept
          </Button>
        </div>
      </div>
    </Frame>
  );
}
