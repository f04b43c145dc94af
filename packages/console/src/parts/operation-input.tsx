/** What was to be sent. Masked until somebody with a reason asks, then for five minutes. */
import { Button, Modal } from "@mantine/core";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { useState } from "react";
import type { Operation } from "../api/types.ts";
import { shown } from "../diff.ts";
import { fieldsFor } from "../fields.ts";
import { duration } from "../format.ts";
import { useNow } from "../now.ts";
import { useMay } from "../permissions.ts";
import { hide, revealMs, useRevealed } from "../reveal.ts";
import { countSegments } from "../segments.ts";
import { InFull } from "./in-full.tsx";

/** What the gateway writes instead of what a message says. */
const redacted = "[redacted]";

/** The panel. */
export function OperationInput({ operation }: { readonly operation: Operation }) {
  const may = useMay();
  const revealed = useRevealed(operation.id);
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const { input } = revealed?.operation ?? operation;
  const fields = fieldsFor(operation.operation, input).filter(({ name }) => input[name] !== undefined);
  if (revealed !== null && asking) setAsking(false);
  return (
    <section className="panel" aria-labelledby="input-title">
      <header>
        <h2 id="input-title">Content</h2>
        {may("reveal") ? (
          revealed === null ? (
            <Button
              size="compact-xs"
              variant="subtle"
              leftSection={<IconEye size={14} aria-hidden="true" />}
              onClick={() => {
                setAsking(true);
              }}
            >
              Reveal
            </Button>
          ) : (
            <Button
              size="compact-xs"
              variant="light"
              leftSection={<IconEyeOff size={14} aria-hidden="true" />}
              onClick={() => {
                hide(operation.id);
              }}
            >
              Hide (<TimeLeft until={revealed.until} />)
            </Button>
          )
        ) : (
          <span className="dim">masked</span>
        )}
      </header>
      <dl className="facts">
        {fields.map(({ name, kind }) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd className={kind === "message" ? "said" : "mono"}>
              {revealed === null && input[name] === redacted ? <span className="dim">hidden</span> : shown(input[name])}
              {kind === "message" && revealed !== null ? (
                <span className="dim"> · {segmentWords(shown(input[name]))}</span>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
      <Modal
        opened={asking}
        onClose={() => {
          setAsking(false);
        }}
        title="Reveal number and content"
        size={480}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <InFull
          id={operation.id}
          question="Personal data stays hidden until it is needed."
          label="Reveal for five minutes"
          reason={reason}
          onReason={setReason}
        />
      </Modal>
    </section>
  );
}

function TimeLeft({ until }: { readonly until: number }) {
  const now = useNow();
  return <span className="num">{duration(Math.min(revealMs, Math.max(0, until - now)))}</span>;
}

function segmentWords(text: string): string {
  const { segments, encoding } = countSegments(text);
  return `${segments} × ${encoding}`;
}
