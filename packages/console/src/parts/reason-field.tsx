/** Why. Enter sends, because whoever decides fifty times does not reach for the mouse; Shift+Enter is a new line. */
import { Textarea } from "@mantine/core";

/** The field. */
export function ReasonField({
  value,
  onChange,
  label = "Reason",
  hint = "Kept in the operation's history with your name.",
  autoFocus = true,
  required = true,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label?: string;
  readonly hint?: string;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
}) {
  return (
    <Textarea
      label={label}
      description={hint}
      value={value}
      minRows={1}
      maxLength={2_000}
      required={required}
      {...(autoFocus ? { "data-autofocus": true } : {})}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
        event.preventDefault();
        event.currentTarget.form?.requestSubmit();
      }}
    />
  );
}
