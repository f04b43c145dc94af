import { Button, Modal, Progress } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { Operation, Summary } from "../api/types.ts";
import { act } from "../api/verbs.ts";
import type { Verb } from "../api/verbs.ts";
import { plural, shortId } from "../format.ts";
import { settleLists } from "../settle.ts";
import { availability, verbWords } from "../words.ts";
/** Does one thing to the selected rows, one after the other, and says what became of each. */
import { DialogForm } from "./dialog-form.tsx";
import { ReasonField } from "./reason-field.tsx";

interface Line {
  readonly id: string;
  readonly ok: boolean;
  readonly message: string;
}

/** The dialog. */
export function SelectionRun({
  verb,
  rows,
  onClose,
}: {
  readonly verb: Verb;
  readonly rows: readonly Summary[];
  readonly onClose: (done: boolean) => void;
}) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [state, setState] = useState<"asking" | "running" | "done">("asking");
  const stopped = useRef(false);
  const able = rows.filter((row) => availability(verb, row) === true);
  const skipped = rows.length - able.length;
  const { label, does } = verbWords[verb];
  const run = async (): Promise<void> => {
    if (reason.trim() === "") return;
    setState("running");
    const changed: Operation[] = [];
    for (const row of able) {
      if (stopped.current) break;
      const line = await act(row, verb, { reason: reason.trim() }).then(
        (after) => {
          changed.push(after.id === row.id ? after : { ...after, id: row.id, state: "superseded" });
          return { id: row.id, ok: true, message: "done" };
        },
        (error: unknown) => ({ id: row.id, ok: false, message: error instanceof Error ? error.message : "failed" }),
      );
      setLines((before) => [...before, line]);
    }
    setState("done");
    settleLists(queries, ...changed);
  };
  const failed = lines.filter(({ ok }) => !ok);
  return (
    <Modal
      opened
      onClose={() => {
        stopped.current = true;
        onClose(state === "done");
      }}
      title={`${label}: ${plural(able.length, "operation")}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {state === "asking" ? (
        <DialogForm onSubmit={() => void run()}>
          <p className="soft">{does}</p>
          {skipped === 0 ? null : (
            <p className="note" data-tone="late">
              {plural(skipped, "selected operation")} will be left alone: this is not possible for{" "}
              {skipped === 1 ? "it" : "them"} now.
            </p>
          )}
          <ReasonField value={reason} onChange={setReason} />
          <div className="dialog-foot">
            <Button type="submit" disabled={reason.trim() === ""}>
              {label} {able.length}
            </Button>
          </div>
        </DialogForm>
      ) : (
        <div className="dialog" aria-live="polite">
          <Progress value={able.length === 0 ? 100 : (lines.length / able.length) * 100} aria-label="Progress" />
          <p>
            {lines.length - failed.length} done, {failed.length} not, {able.length - lines.length} to go
          </p>
          <ul className="results">
            {failed.map(({ id, message }) => (
              <li key={id}>
                <Link to="/operations/$id" params={{ id }} className="mono">
                  {shortId(id)}
                </Link>{" "}
                {message}
              </li>
            ))}
          </ul>
          <div className="dialog-foot">
            {state === "running" ? (
              <Button
                variant="default"
                onClick={() => {
                  stopped.current = true;
                }}
              >
                Stop
              </Button>
            ) : (
              <Button
                data-autofocus
                onClick={() => {
                  onClose(true);
                }}
              >
                Close
              </Button>
            )}
          </div>
        </div>
      )}
    </Modal>
  );
}
