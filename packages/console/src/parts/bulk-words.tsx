/** What can be said about bulk work that is there: pause, go on, cancel the rest, and a second person's yes or no. */
import { Button, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../api/client.ts";
import type { Bulk } from "../api/types.ts";
import { tellBulk } from "../api/verbs.ts";
import type { BulkWord } from "../api/verbs.ts";
import { count } from "../format.ts";
import { useSession } from "../permissions.ts";
import { DialogForm } from "./dialog-form.tsx";
import { Refusal } from "./problem.tsx";
import { ReasonField } from "./reason-field.tsx";

const labels: Readonly<Record<BulkWord, string>> = {
  pause: "Pause",
  resume: "Go on",
  cancel: "Cancel the rest",
  approve: "Approve",
  reject: "Refuse",
};

const meanings: Readonly<Record<BulkWord, string>> = {
  pause: "Nothing more is done until somebody lets it go on. What is done stays done. A restart changes nothing.",
  resume: "It goes on where it stopped, at its rate.",
  cancel: "What is done stays done; the rest is left as it is. It cannot be taken up again.",
  approve: "It begins at once, in the name of whoever asked for it; your name stands next to theirs.",
  reject: "It ends here, before anything was done.",
};

const possible: Readonly<Record<Bulk["state"], readonly BulkWord[]>> = {
  awaiting_approval: ["approve", "reject", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  completed: [],
  cancelled: [],
  rejected: [],
};

/** The buttons that make sense now. Nobody approves or refuses what they asked for. */
export function BulkWords({ bulk }: { readonly bulk: Bulk }) {
  const { name } = useSession();
  const [word, setWord] = useState<BulkWord | null>(null);
  const own = bulk.created_by === name;
  const words = possible[bulk.state].filter((each) => !(own && (each === "approve" || each === "reject")));
  return (
    <>
      {words.map((each) => (
        <Button
          key={each}
          variant={each === "approve" || each === "resume" ? "filled" : "default"}
          onClick={() => {
            setWord(each);
          }}
        >
          {labels[each]}
        </Button>
      ))}
      {word === null ? null : (
        <WordDialog
          bulk={bulk}
          word={word}
          onClose={() => {
            setWord(null);
          }}
        />
      )}
    </>
  );
}

function WordDialog({
  bulk,
  word,
  onClose,
}: {
  readonly bulk: Bulk;
  readonly word: BulkWord;
  readonly onClose: () => void;
}) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const needed = word === "reject";
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${labels[word]}: ${count(bulk.total - bulk.done)} to go`}
      size={480}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <DialogForm
        onSubmit={() => {
          if (needed && reason.trim() === "") return;
          setBusy(true);
          setProblem(null);
          tellBulk(bulk.id, word, reason.trim() === "" ? null : reason.trim()).then(
            () => {
              void queries.invalidateQueries({ queryKey: ["bulk"] });
              onClose();
            },
            (error: unknown) => {
              setBusy(false);
              if (error instanceof ApiError) setProblem(error);
              else throw error;
              void queries.invalidateQueries({ queryKey: ["bulk"] });
            },
          );
        }}
      >
        <p className="soft">{meanings[word]}</p>
        <ReasonField
          value={reason}
          onChange={setReason}
          label={needed ? "Reason" : "Reason (optional)"}
          hint="Kept in its history with your name."
          required={needed}
        />
        <Refusal problem={problem} />
        <div className="dialog-foot">
          <Button
            type="submit"
            loading={busy}
            disabled={needed && reason.trim() === ""}
            {...(word === "cancel" || word === "reject" ? { color: "red.9" } : {})}
          >
            {labels[word]}
          </Button>
        </div>
      </DialogForm>
    </Modal>
  );
}
