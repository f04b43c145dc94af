import { Button } from "@mantine/core";
import { useState } from "react";
import type { Operation } from "../api/types.ts";
import { useRevealed } from "../reveal.ts";
/** Corrects an operation and sends the correction as a child. First why, then the fields, with the difference in view. */
import { DialogForm } from "./dialog-form.tsx";
import { DiffView } from "./diff-view.tsx";
import { InFull } from "./in-full.tsx";
import { InputForm, readTyped } from "./input-form.tsx";
import type { Typed } from "./input-form.tsx";
import { Problem } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";
import type { VerbProps } from "./verb-props.ts";

/** The form. */
export function FixVerb(props: VerbProps) {
  const { operation } = props;
  const [reason, setReason] = useState("");
  const revealed = useRevealed(operation.id);
  // Once open, the editor keeps its text, also when the five minutes end while somebody types.
  const [original, setOriginal] = useState<Operation | null>(null);
  if (original === null && revealed !== null) setOriginal(revealed.operation);
  if (original === null)
    return (
      <InFull
        id={operation.id}
        question="To correct it you have to see it in full."
        label="Show and edit"
        reason={reason}
        onReason={setReason}
      />
    );
  return <Editor {...props} original={original} reason={reason} onReason={setReason} />;
}

function Editor({
  original,
  reason,
  onReason,
  busy,
  problem,
  submit,
}: VerbProps & {
  readonly original: Operation;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
}) {
  const [typed, setTyped] = useState<Typed>({});
  const { operation: name, input: before, failure } = original;
  const { input, problems } = readTyped(name, before, typed);
  const changed = JSON.stringify(input) !== JSON.stringify(before);
  const ready = changed && Object.keys(problems).length === 0 && reason.trim() !== "";
  const { field } = failure ?? { field: null };
  return (
    <DialogForm
      onSubmit={() => {
        if (ready) submit({ input, reason: reason.trim() });
      }}
    >
      {failure === null ? null : (
        <p className="note" data-tone="fail">
          {failure.code === null ? null : <span className="mono code">{failure.code}</span>}
          {failure.message} <span className="soft">{failure.guidance}</span>
        </p>
      )}
      <InputForm
        operation={name}
        original={before}
        typed={typed}
        refused={field === null || failure === null ? null : { field, message: failure.message }}
        onType={(changedName, text) => {
          setTyped({ ...typed, [changedName]: text });
        }}
      />
      <DiffView before={before} after={Object.keys(problems).length === 0 ? input : { ...before, ...typed }} />
      <ReasonField value={reason} onChange={onReason} autoFocus={false} />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <span className="soft">
          {changed ? "The original stays as it was; the correction gets a key of its own." : "Change something first."}
        </span>
        <Button type="submit" loading={busy} disabled={!ready}>
          Send the correction
        </Button>
      </div>
    </DialogForm>
  );
}
