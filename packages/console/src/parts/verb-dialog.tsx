/**
 * One decision about one operation: what it does, why, and what happened if somebody else was faster.
 *
 * The version is taken when the dialog opens and never updated behind the person's back, so that nobody decides on
 * something other than what they saw.
 */
import { Modal } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, lazy, useState } from "react";
import { ApiError } from "../api/client.ts";
import { operationQuery } from "../api/queries.ts";
import type { Operation } from "../api/types.ts";
import { act } from "../api/verbs.ts";
import type { Verb } from "../api/verbs.ts";
import { shortId } from "../format.ts";
import { settleLists } from "../settle.ts";
import { announce } from "../toasts.ts";
import { availability, verbWords, verdict } from "../words.ts";
import { ConflictNotice } from "./conflict-notice.tsx";
import { SimpleVerb } from "./simple-verb.tsx";
import { Loading, Trouble } from "./states.tsx";
import type { VerbProps } from "./verb-props.ts";

const FixVerb = lazy(async () => ({ default: (await import("./fix-verb.tsx")).FixVerb }));
const FallbackVerb = lazy(async () => ({ default: (await import("./fallback-verb.tsx")).FallbackVerb }));
const AssignVerb = lazy(async () => ({ default: (await import("./desk-verbs.tsx")).AssignVerb }));
const SnoozeVerb = lazy(async () => ({ default: (await import("./desk-verbs.tsx")).SnoozeVerb }));
const CommentVerb = lazy(async () => ({ default: (await import("./desk-verbs.tsx")).CommentVerb }));
const ResolveVerb = lazy(async () => ({ default: (await import("./resolve-verb.tsx")).ResolveVerb }));

const doneWords: Readonly<Record<Verb, string>> = {
  retry: "It waits for its next attempt.",
  fix: "The correction is on its way as a new operation.",
  fallback: "It goes another way as a new operation.",
  discard: "Given up. Nothing will be sent.",
  resolve: "The doubt is settled.",
  reconcile: "The provider is being asked.",
  cancel: "Stopped. Nothing will be sent.",
  assign: "Everybody sees whose it is.",
  snooze: "It comes back by itself.",
  comment: "It stands in the timeline.",
};

/** The dialog. */
export function VerbDialog({
  id,
  verb,
  onClose,
  onOpen,
}: {
  readonly id: string;
  readonly verb: Verb;
  readonly onClose: () => void;
  readonly onOpen: (id: string) => void;
}) {
  const found = useQuery(operationQuery(id));
  const words = verbWords[verb] as (typeof verbWords)[Verb] | undefined;
  if (words === undefined) return null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={
        <>
          {words.label} <span className="mono dim">{shortId(id)}</span>
        </>
      }
      size={verb === "fix" || verb === "fallback" ? 860 : 560}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {found.data !== undefined ? (
        <Body operation={found.data} verb={verb} onClose={onClose} onOpen={onOpen} />
      ) : found.error === null ? (
        <Loading rows={3} />
      ) : (
        <Trouble error={found.error} />
      )}
    </Modal>
  );
}

function Body({
  operation: latest,
  verb,
  onClose,
  onOpen,
}: {
  readonly operation: Operation;
  readonly verb: Verb;
  readonly onClose: () => void;
  readonly onOpen: (id: string) => void;
}) {
  const queries = useQueryClient();
  const [seen] = useState(latest);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const possible = availability(verb, seen);
  const submit = (body: Readonly<Record<string, unknown>>): void => {
    setBusy(true);
    setProblem(null);
    act(seen, verb, body).then(
      (result) => {
        const child = result.id === seen.id ? null : result.id;
        settleLists(queries, child === null ? result : { ...seen, state: "superseded" });
        onClose();
        announce({
          title: verbWords[verb].label,
          message:
            child === null ? (
              doneWords[verb]
            ) : (
              <>
                {doneWords[verb]}{" "}
                <button
                  type="button"
                  className="link"
                  onClick={() => {
                    onOpen(child);
                  }}
                >
                  Open it
                </button>
              </>
            ),
          tone: "ok",
        });
      },
      (error: unknown) => {
        setBusy(false);
        if (error instanceof ApiError) setProblem(error);
        else throw error;
        void queries.invalidateQueries({ queryKey: ["operation", seen.id] });
      },
    );
  };
  if (possible !== true) return <p className="note">{possible ?? `That is not possible now. ${verdict(seen)}`}</p>;
  const props = { operation: seen, verb, busy, problem, submit };
  return (
    <>
      <ConflictNotice seen={seen} latest={latest} problem={problem} onClose={onClose} />
      <Suspense fallback={<Loading rows={3} />}>
        <VerbForm {...props} />
      </Suspense>
    </>
  );
}

function VerbForm(props: VerbProps) {
  switch (props.verb) {
    case "fix":
      return <FixVerb {...props} />;
    case "fallback":
      return <FallbackVerb {...props} />;
    case "resolve":
      return <ResolveVerb {...props} />;
    case "assign":
      return <AssignVerb {...props} />;
    case "snooze":
      return <SnoozeVerb {...props} />;
    case "comment":
      return <CommentVerb {...props} />;
    case "retry":
    case "discard":
    case "reconcile":
    case "cancel":
      return <SimpleVerb {...props} />;
    default:
      return props.verb satisfies never;
  }
}
