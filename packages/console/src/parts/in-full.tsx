import { Button } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../api/client.ts";
import { revealOperation } from "../reveal.ts";
/** Asks why before it shows an operation in full: editing what one cannot see would be guessing. */
import { DialogForm } from "./dialog-form.tsx";
import { Problem } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";

/** One question. */
export function InFull({
  id,
  question,
  label,
  reason,
  onReason,
}: {
  readonly id: string;
  readonly question: string;
  readonly label: string;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  return (
    <DialogForm
      onSubmit={() => {
        if (reason.trim() === "") return;
        setBusy(true);
        revealOperation(id, reason.trim()).catch((error: unknown) => {
          setBusy(false);
          if (error instanceof ApiError) setProblem(error);
          else throw error;
        });
      }}
    >
      <p className="soft">{question}</p>
      <ReasonField
        value={reason}
        onChange={onReason}
        hint="Number and content are shown for five minutes. Who looked, and why, is recorded."
      />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button type="submit" loading={busy} disabled={reason.trim() === ""}>
          {label}
        </Button>
      </div>
    </DialogForm>
  );
}
