/** The variables of a template, one field each. What is not an object of texts is edited as the text it is. */
import { Textarea, TextInput } from "@mantine/core";
import { readVariables, writeVariables } from "../template.ts";

/** The fields. */
export function VariablesInput({
  name,
  text,
  problem,
  focus,
  onType,
}: {
  readonly name: string;
  readonly text: string;
  readonly problem: string | null;
  readonly focus: boolean;
  readonly onType: (text: string) => void;
}) {
  const variables = readVariables(text);
  if (variables === null || variables.length === 0)
    return (
      <Textarea
        label={<span className="mono">{name}</span>}
        aria-label={name}
        description='Text of an object: {"1": "Ada"}'
        className="mono-field"
        minRows={2}
        value={text}
        error={problem}
        {...(focus ? { "data-autofocus": true } : {})}
        onChange={(event) => {
          onType(event.currentTarget.value);
        }}
      />
    );
  return (
    <fieldset className="variables">
      <legend className="mono">{name}</legend>
      {variables.map(([each, value], index) => (
        <TextInput
          key={each}
          label={<span className="mono">{`{{${each}}}`}</span>}
          aria-label={`${name} ${each}`}
          value={value}
          error={problem?.startsWith(`{{${each}}}`) === true ? problem : null}
          {...(focus && index === 0 ? { "data-autofocus": true } : {})}
          onChange={(event) => {
            const typed = event.currentTarget.value;
            onType(writeVariables(variables.map(([key, old]) => [key, key === each ? typed : old])));
          }}
        />
      ))}
    </fieldset>
  );
}
