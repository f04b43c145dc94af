/** Edits an operation's input: every field labelled with the provider's own name and checked while one types. */
import { NativeSelect, TextInput, Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Field } from "../fields.ts";
import { fieldProblem, fieldsFor, fromText, toText } from "../fields.ts";
import { loadPhoneRules } from "../phone.ts";
import { SegmentMeter } from "./segment-meter.tsx";
import { VariablesInput } from "./variables-input.tsx";

type Input = Readonly<Record<string, unknown>>;

/** Texts by field name, as typed. */
export type Typed = Readonly<Record<string, string>>;

/** Reads what was typed. `problems` by field; `input` only means something without any. */
export function readTyped(
  operation: string,
  original: Input,
  typed: Typed,
): { readonly input: Input; readonly problems: Readonly<Record<string, string>> } {
  const problems: Record<string, string> = {};
  const entries: [string, unknown][] = [];
  for (const field of fieldsFor(operation, original)) {
    const was = original[field.name];
    const text = typed[field.name] ?? toText(field, was);
    const problem = fieldProblem(field, text, was);
    if (problem !== null) problems[field.name] = problem;
    else if (text === toText(field, was)) {
      if (was !== undefined) entries.push([field.name, was]);
    } else {
      const value = fromText(field, text, was);
      if (value !== undefined) entries.push([field.name, value]);
    }
  }
  return { input: Object.fromEntries(entries), problems };
}

/** The fields. Those that are empty and rarely used stay folded away. */
export function InputForm({
  operation,
  original,
  typed,
  onType,
  refused,
}: {
  readonly operation: string;
  readonly original: Input;
  readonly typed: Typed;
  readonly onType: (name: string, text: string) => void;
  /** The field the provider or the gateway refused, and why. */
  readonly refused: { readonly field: string; readonly message: string } | null;
}) {
  const [all, setAll] = useState(false);
  const [, setLoaded] = useState(false);
  useEffect(() => {
    // Without the rules of countries numbers are still checked by shape.
    loadPhoneRules().then(
      () => {
        setLoaded(true);
      },
      () => {},
    );
  }, []);
  const { problems } = readTyped(operation, original, typed);
  const fields = fieldsFor(operation, original);
  const used = fields.filter(
    ({ name, required }) => all || required === true || original[name] !== undefined || typed[name] !== undefined,
  );
  const first = refused?.field ?? used[0]?.name;
  return (
    <div className="fields">
      {used.map((field) => {
        const text = typed[field.name] ?? toText(field, original[field.name]);
        const note = refused?.field === field.name && typed[field.name] === undefined ? refused.message : null;
        return (
          <FieldInput
            key={field.name}
            field={field}
            text={text}
            problem={problems[field.name] ?? note}
            focus={field.name === first}
            onType={(value) => {
              onType(field.name, value);
            }}
          />
        );
      })}
      {used.length < fields.length ? (
        <button
          type="button"
          className="link"
          onClick={() => {
            setAll(true);
          }}
        >
          Show {fields.length - used.length} more fields
        </button>
      ) : null}
    </div>
  );
}

function FieldInput({
  field,
  text,
  problem,
  focus,
  onType,
}: {
  readonly field: Field;
  readonly text: string;
  readonly problem: string | null;
  readonly focus: boolean;
  readonly onType: (text: string) => void;
}) {
  const common = {
    label: <span className="mono">{field.name}</span>,
    "aria-label": field.name,
    value: text,
    error: problem,
    description: field.hint,
    required: field.required === true,
    withAsterisk: false,
    autoComplete: "off",
    spellCheck: field.kind === "message",
    ...(focus ? { "data-autofocus": true } : {}),
  };
  switch (field.kind) {
    case "choice":
      return (
        <NativeSelect
          {...common}
          data={[...new Set(["", ...(field.choices ?? []), text])]}
          onChange={(event) => {
            onType(event.currentTarget.value);
          }}
        />
      );
    case "message":
      return (
        <div>
          <Textarea
            {...common}
            minRows={3}
            onChange={(event) => {
              onType(event.currentTarget.value);
            }}
          />
          <SegmentMeter text={text} />
        </div>
      );
    case "variables":
      return <VariablesInput name={field.name} text={text} problem={problem} focus={focus} onType={onType} />;
    case "json":
    case "list":
    case "phones":
      return (
        <Textarea
          {...common}
          className="mono-field"
          minRows={2}
          onChange={(event) => {
            onType(event.currentTarget.value);
          }}
        />
      );
    case "phone":
    case "text":
    case "url":
    case "number":
      return (
        <TextInput
          {...common}
          inputMode={field.kind === "phone" ? "tel" : field.kind === "number" ? "numeric" : "text"}
          className={field.kind === "text" ? undefined : "mono-field"}
          onChange={(event) => {
            onType(event.currentTarget.value);
          }}
        />
      );
    default:
      return field.kind satisfies never;
  }
}
