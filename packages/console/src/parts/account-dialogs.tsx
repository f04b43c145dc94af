/** Dialogs about an account: stopping it, and lifting an opt-out that ended where no callback could tell. */
import { Button, Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
import { liftOptOut } from "../api/admin.ts";
import { ApiError } from "../api/client.ts";
import { actOnAccount } from "../api/verbs.ts";
import { phoneProblem } from "../phone.ts";
import { announce } from "../toasts.ts";
import { DialogForm } from "./dialog-form.tsx";
import { Refusal } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";

interface About {
  /** The account's. */
  readonly name: string;
  readonly onClose: () => void;
}

/** Stops it. */
export function PauseDialog({ name, onClose }: About) {
  return (
    <Asking
      title={`Pause ${name}`}
      label="Pause"
      ready
      onClose={onClose}
      act={async (reason) => actOnAccount(name, "pause", reason)}
    >
      <p className="soft">
        Nothing more is sent through it. What was asked for waits and is held, no attempt is spent; it stays paused
        after a restart.
      </p>
    </Asking>
  );
}

/** Lets somebody be written to again. */
export function LiftOptOutDialog({ name, onClose }: About) {
  const [to, setTo] = useState("");
  const mail = to.includes("@");
  const problem = to === "" || mail ? null : phoneProblem(to.trim());
  return (
    <Asking
      title={`Lift an opt-out on ${name}`}
      label="Lift it"
      ready={to.trim() !== "" && problem === null}
      onClose={onClose}
      act={async (reason) => {
        const { lifted } = await liftOptOut(name, to.trim(), reason);
        const message = lifted ? "This person can be written to again." : "This person had not opted out here.";
        announce({ title: name, message, tone: lifted ? "ok" : "fail" });
      }}
    >
      <p className="soft">
        Only when the person said so themselves, where the provider could not tell us. Writing to somebody who opted out
        is against the law in most places.
      </p>
      <TextInput
        label="Number or address"
        value={to}
        error={problem}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        onChange={(event) => {
          setTo(event.currentTarget.value);
        }}
      />
    </Asking>
  );
}

/** A question with a reason, in a dialog. */
function Asking({
  title,
  label,
  ready,
  act,
  onClose,
  children,
}: {
  readonly title: string;
  readonly label: string;
  readonly ready: boolean;
  readonly act: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const whole = ready && reason.trim() !== "";
  return (
    <Modal opened onClose={onClose} title={title} size={480} closeButtonProps={{ "aria-label": "Close" }}>
      <DialogForm
        onSubmit={() => {
          if (!whole) return;
          setBusy(true);
          act(reason.trim()).then(
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
        {children}
        <ReasonField value={reason} onChange={setReason} hint="Kept in the audit record with your name." />
        <Refusal problem={problem} />
        <div className="dialog-foot">
          <Button type="submit" loading={busy} disabled={!whole}>
            {label}
          </Button>
        </div>
      </DialogForm>
    </Modal>
  );
}
