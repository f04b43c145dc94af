import { Button } from "@mantine/core";
import { useState } from "react";
import { isInDoubt, verbWords, verdict } from "../words.ts";
/** Verbs that need nothing but a reason. */
import { DialogForm } from "./dialog-form.tsx";
import { Problem } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";
import type { VerbProps } from "./verb-props.ts";

/** The form. */
export function SimpleVerb({ operation, verb, busy, problem, submit }: VerbProps) {
  const [reason, setReason] = useState("");
  const { label, does } = verbWords[verb];
  const late = verb === "retry" && operation.parked_reason === "expired";
  return (
    <DialogForm
      onSubmit={() => {
        if (reason.trim() !== "") submit({ reason: reason.trim() });
      }}
    >
      <p className="soft">{does}</p>
      {late ? (
        <p className="note" data-tone="late">
          Its deadline has passed: what it says may be of no use any more, a one-time code for instance.
        </p>
      ) : isInDoubt(operation) ? (
        <p className="note" data-tone="doubt">
          {verdict(operation)}
        </p>
      ) : null}
      <ReasonField value={reason} onChange={setReason} />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button
          type="submit"
          loading={busy}
          disabled={reason.trim() === ""}
          {...(verb === "discard" || verb === "cancel" ? { color: "red.9" } : {})}
        >
          {label}
        </Button>
      </div>
    </DialogForm>
  );
}
