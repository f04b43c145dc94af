import { Button, Radio, Textarea } from "@mantine/core";
import { useState } from "react";
/** Ends doubt: what happened, what shows it, and what sending again may cost. */
import { DialogForm } from "./dialog-form.tsx";
import { Problem } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";
import type { VerbProps } from "./verb-props.ts";

type Choice = "sent" | "not_sent" | "anyway";

const buttonWords: Readonly<Record<Choice, string>> = {
  sent: "Mark as sent",
  not_sent: "Mark as not sent",
  anyway: "Send anyway",
};
const accepted = "No evidence either way: sent again knowingly, a duplicate is accepted.";

/** The form. */
export function ResolveVerb({ operation, busy, problem, submit }: VerbProps) {
  const [choice, setChoice] = useState<Choice | null>(null);
  const [evidence, setEvidence] = useState("");
  const [reason, setReason] = useState("Doubt settled by hand");
  const ready = choice !== null && reason.trim() !== "" && (choice === "anyway" || evidence.trim() !== "");
  return (
    <DialogForm
      onSubmit={() => {
        if (!ready) return;
        submit({
          verdict: choice === "sent" ? "sent" : "not_sent",
          evidence: choice === "anyway" ? accepted : evidence.trim(),
          reason: reason.trim(),
        });
      }}
    >
      <Radio.Group
        label="What happened?"
        value={choice}
        onChange={(value) => {
          setChoice(value);
        }}
      >
        <div className="choices">
          <Radio
            value="sent"
            label="It was sent"
            description="It becomes accepted. Nothing is sent again."
            data-autofocus
          />
          <Radio
            value="not_sent"
            label="It was not sent"
            description="It goes back to the queue and is sent once more."
          />
          <Radio
            value="anyway"
            label="Nobody knows: send it anyway"
            description="It is sent once more. The person may get it twice, and you may pay twice."
          />
        </div>
      </Radio.Group>
      {choice === "anyway" ? (
        <p className="note" data-tone="doubt">
          {operation.recipient ?? "The recipient"} may already have this message from{" "}
          {operation.attempts_started === 1 ? "the one attempt" : `one of ${operation.attempts_started} attempts`}. This
          is recorded as your decision.
        </p>
      ) : (
        <Textarea
          label="Evidence"
          description="What shows it: the provider's page or id, a receipt, a call with the person."
          value={evidence}
          maxLength={10_000}
          required
          onChange={(event) => {
            setEvidence(event.currentTarget.value);
          }}
        />
      )}
      <ReasonField value={reason} onChange={setReason} autoFocus={false} />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button type="submit" loading={busy} disabled={!ready} color="violet.9">
          {choice === null ? "Settle it" : buttonWords[choice]}
        </Button>
      </div>
    </DialogForm>
  );
}
