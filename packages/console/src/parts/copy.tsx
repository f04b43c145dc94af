/** Copies a text; says so to everybody, also to those who listen. */
import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** A small button. `what` completes “Copy …”. */
export function Copy({ value, what }: { readonly value: string; readonly what: string }) {
  return (
    <CopyButton value={value} timeout={1_500}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="xs"
          className="copy"
          onClick={copy}
          title={copied ? "Copied" : `Copy ${what}`}
          aria-label={copied ? "Copied" : `Copy ${what}`}
        >
          {copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}
