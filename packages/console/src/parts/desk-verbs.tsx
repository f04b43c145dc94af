/** Forms of the verbs that decide nothing: who looks after it, when it comes back, and a word to the others. */
import { Button, Radio, TextInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { absolute } from "../format.ts";
import { useNow } from "../now.ts";
import { useSession } from "../permissions.ts";
import { snoozeChoices } from "../snooze.ts";
import { fromLocalField } from "../span.ts";
import { DialogForm } from "./dialog-form.tsx";
import { Problem } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";
import type { VerbProps } from "./verb-props.ts";

const optional = { label: "Note (optional)", autoFocus: false, required: false } as const;

/** Whose it is. */
export function AssignVerb({ operation, busy, problem, submit }: VerbProps) {
  const { name } = useSession();
  const [who, setWho] = useState<"me" | "other" | "nobody">(operation.assignee === name ? "nobody" : "me");
  const [other, setOther] = useState("");
  const [reason, setReason] = useState("");
  const assignee = who === "me" ? "me" : who === "nobody" ? null : other.trim();
  const ready = assignee !== "";
  return (
    <DialogForm
      onSubmit={() => {
        if (ready) submit({ assignee, ...noteOf(reason) });
      }}
    >
      <Radio.Group
        label="Who looks after it?"
        value={who}
        onChange={(value) => {
          setWho(value);
        }}
      >
        <div className="choices">
          <Radio value="me" label={`I do (${name})`} {...(who === "me" ? { "data-autofocus": true } : {})} />
          <Radio value="other" label="Somebody else" />
          <Radio value="nobody" label="Nobody" {...(who === "nobody" ? { "data-autofocus": true } : {})} />
        </div>
      </Radio.Group>
      {who === "other" ? (
        <TextInput
          label="Who"
          description="The name of their key or sign-in, as it stands at the foot of their side bar."
          value={other}
          maxLength={200}
          onChange={(event) => {
            setOther(event.currentTarget.value);
          }}
        />
      ) : null}
      <ReasonField value={reason} onChange={setReason} {...optional} />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button type="submit" loading={busy} disabled={!ready}>
          {who === "me" ? "Take it" : who === "nobody" ? "Give it back" : "Assign"}
        </Button>
      </div>
    </DialogForm>
  );
}

/** When it comes back. */
export function SnoozeVerb({ operation, busy, problem, submit }: VerbProps) {
  const [choices] = useState(() => snoozeChoices(new Date()));
  const [choice, setChoice] = useState(choices[0]?.until ?? "");
  const [custom, setCustom] = useState("");
  const [reason, setReason] = useState("");
  const until = choice === "now" ? null : choice === "custom" ? fromLocalField(custom) : choice;
  const now = useNow();
  const ready = choice === "now" || (until !== null && Date.parse(until) > now);
  return (
    <DialogForm
      onSubmit={() => {
        if (ready) submit({ until, ...noteOf(reason) });
      }}
    >
      <Radio.Group label="Until when?" value={choice} onChange={setChoice}>
        <div className="choices">
          {choices.map(({ label, until: at }, index) => (
            <Radio
              key={at}
              value={at}
              label={label}
              description={absolute(at)}
              {...(index === 0 ? { "data-autofocus": true } : {})}
            />
          ))}
          <Radio value="custom" label="Another time" />
          {operation.snoozed_until === null ? null : <Radio value="now" label="Back now" />}
        </div>
      </Radio.Group>
      {choice === "custom" ? (
        <TextInput
          type="datetime-local"
          label="Comes back at"
          value={custom}
          onChange={(event) => {
            setCustom(event.currentTarget.value);
          }}
        />
      ) : null}
      {until !== null && Date.parse(until) > Date.parse(operation.deadline) ? (
        <p className="note" data-tone="late">
          Its deadline is {absolute(operation.deadline)}: by then it may be too late to be useful.
        </p>
      ) : null}
      <ReasonField value={reason} onChange={setReason} {...optional} />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button type="submit" loading={busy} disabled={!ready}>
          {choice === "now" ? "Bring it back" : "Put it off"}
        </Button>
      </div>
    </DialogForm>
  );
}

/** A word to the others. */
export function CommentVerb({ busy, problem, submit }: VerbProps) {
  const [text, setText] = useState("");
  return (
    <DialogForm
      onSubmit={() => {
        if (text.trim() !== "") submit({ text: text.trim() });
      }}
    >
      <Textarea
        label="Comment"
        description="Stands in the timeline with your name, for everybody who may see the operation. No numbers, please."
        value={text}
        minRows={3}
        maxLength={10_000}
        data-autofocus
        onChange={(event) => {
          setText(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button type="submit" loading={busy} disabled={text.trim() === ""}>
          Comment
        </Button>
      </div>
    </DialogForm>
  );
}

function noteOf(reason: string): { readonly reason?: string } {
  return reason.trim() === "" ? {} : { reason: reason.trim() };
}
