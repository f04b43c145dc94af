/** Who looks after an operation, until when it is put off, and a word to the others; below what may be decided. */
import { Button } from "@mantine/core";
import type { Operation } from "../api/types.ts";
import { deskVerbs } from "../api/verbs.ts";
import type { Verb } from "../api/verbs.ts";
import { useMay, useSession } from "../permissions.ts";
import { availability, verbWords } from "../words.ts";
import { Moment } from "./moment.tsx";

/** The line; nothing where nobody has to look after it. */
export function Desk({ operation, open }: { readonly operation: Operation; readonly open: (verb: Verb) => void }) {
  const may = useMay();
  const { name } = useSession();
  const { assignee, snoozed_until: until } = operation;
  if (availability("assign", operation) !== true) return null;
  return (
    <div className="desk">
      <span className="soft">
        {assignee === null ? "Nobody looks after it yet" : assignee === name ? "Yours" : `${assignee} looks after it`}
        {until === null ? null : (
          <>
            {" · put off until "}
            <Moment at={until} as="full" />
          </>
        )}
      </span>
      {may("review")
        ? deskVerbs.map((verb) => (
            <Button
              key={verb}
              size="compact-xs"
              variant="subtle"
              title={verbWords[verb].does}
              onClick={() => {
                open(verb);
              }}
            >
              {verbWords[verb].label}
            </Button>
          ))
        : null}
    </div>
  );
}
