/**
 * The form in a dialog. Dialogs open before what they ask about is read, so the focus goes to the first question when
 * the question is there; Enter in it answers.
 */
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

/** A form that takes the focus when it appears. */
export function DialogForm({ onSubmit, children }: { readonly onSubmit: () => void; readonly children: ReactNode }) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  }, []);
  return (
    <form
      ref={form}
      className="dialog"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
