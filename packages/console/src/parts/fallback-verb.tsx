import { Button, Checkbox, NativeSelect, Radio } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery } from "../api/queries.ts";
import type { Account, Operation } from "../api/types.ts";
import { useRevealed } from "../reveal.ts";
/** Sends it another way: the next step of its route, or an account and operation that exist, with the input it needs. */
import { DialogForm } from "./dialog-form.tsx";
import { InFull } from "./in-full.tsx";
import { InputForm, readTyped } from "./input-form.tsx";
import type { Typed } from "./input-form.tsx";
import { Problem } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";
import type { VerbProps } from "./verb-props.ts";

/** Operations that say something to a person; the others are no way to reach anybody. */
const reaching = new Set(["messages.create", "calls.create", "verifications.create", "messages.send"]);

/** The form. */
export function FallbackVerb({ operation, busy, problem, submit }: VerbProps) {
  const accounts = useQuery(accountsQuery).data ?? [];
  const planned = operation.fallback[0];
  const [way, setWay] = useState<"route" | "other">(planned === undefined ? "other" : "route");
  const others = accounts.filter(({ operations }) => operations.some((name) => reaching.has(name)));
  const [account, setAccount] = useState<string | null>(null);
  const [name, setName] = useState(operation.operation);
  const [edits, setEdits] = useState(false);
  const [typed, setTyped] = useState<Typed>({});
  const [reason, setReason] = useState("");
  const revealed = useRevealed(operation.id);
  const chosen = account ?? others.find((each) => each.name !== operation.account)?.name ?? operation.account;
  const original = startingInput(revealed?.operation ?? null, name);
  const { input, problems } = readTyped(name, original, typed);
  const needsInput = name !== operation.operation || sameWay(chosen, operation) || edits;
  const blind = way === "other" && needsInput && revealed === null;
  const ready =
    reason.trim() !== "" && (way === "route" || !needsInput || (!blind && Object.keys(problems).length === 0));
  if (blind && edits)
    return (
      <InFull
        id={operation.id}
        question="To change what is sent you have to see it in full."
        label="Show and edit"
        reason={reason}
        onReason={setReason}
      />
    );
  return (
    <DialogForm
      onSubmit={() => {
        if (!ready) return;
        const step = way === "route" ? {} : { account: chosen, operation: name, ...(needsInput ? { input } : {}) };
        submit({ ...step, reason: reason.trim() });
      }}
    >
      {planned === undefined ? (
        <p className="soft">Its route has no further step. Choose another way.</p>
      ) : (
        <Radio.Group
          label="Which way?"
          value={way}
          onChange={(value) => {
            setWay(value);
          }}
        >
          <div className="choices">
            <Radio
              value="route"
              label={`Next step of its route: ${planned.account} · ${planned.operation}`}
              description={
                operation.fallback.length > 1 ? `${operation.fallback.length - 1} more after it` : "The last step"
              }
            />
            <Radio value="other" label="Another account or operation" />
          </div>
        </Radio.Group>
      )}
      {way === "other" ? (
        <>
          <div className="pair">
            <NativeSelect
              label="Account"
              value={chosen}
              data={others.map(({ name: each, provider, state }) => ({
                value: each,
                label: `${each} (${provider}${state === "ok" ? "" : `, ${state}`})`,
              }))}
              onChange={(event) => {
                setAccount(event.currentTarget.value);
              }}
            />
            <NativeSelect
              label="Operation"
              value={name}
              data={operationsOf(others, chosen, operation.operation)}
              onChange={(event) => {
                setName(event.currentTarget.value);
                setTyped({});
              }}
            />
          </div>
          <Checkbox
            checked={needsInput}
            disabled={name !== operation.operation || sameWay(chosen, operation)}
            label="Change what is sent (another number or channel prefix, other fields)"
            onChange={(event) => {
              setEdits(event.currentTarget.checked);
            }}
          />
          {blind ? (
            <Button
              variant="default"
              onClick={() => {
                setEdits(true);
              }}
            >
              Show it in full and edit
            </Button>
          ) : needsInput ? (
            <InputForm
              operation={name}
              original={original}
              typed={typed}
              refused={null}
              onType={(field, text) => {
                setTyped({ ...typed, [field]: text });
              }}
            />
          ) : null}
        </>
      ) : null}
      <ReasonField value={reason} onChange={setReason} />
      <Problem problem={problem} />
      <div className="dialog-foot">
        <Button type="submit" loading={busy} disabled={!ready}>
          Send it this way
        </Button>
      </div>
    </DialogForm>
  );
}

/** The same account and operation with the same input would be a retry; something has to change. */
function sameWay(account: string, operation: Operation): boolean {
  return account === operation.account;
}

function operationsOf(accounts: readonly Account[], name: string, current: string): string[] {
  const known = accounts.find((each) => each.name === name)?.operations.filter((each) => reaching.has(each)) ?? [];
  return known.includes(current) ? [current, ...known.filter((each) => each !== current)] : [...known];
}

/** What is known about the person and the text, under the names the other operation uses. */
function startingInput(operation: Operation | null, name: string): Readonly<Record<string, unknown>> {
  if (operation === null) return {};
  const { input } = operation;
  if (operation.operation === name) return input;
  const to = input["To"] ?? (Array.isArray(input["to"]) ? (input["to"] as unknown[])[0] : input["to"]);
  const words = input["Body"] ?? input["text"];
  return name === "messages.send" ? { to: [to], messageType: "SMS", text: words } : { To: to, Body: words };
}
