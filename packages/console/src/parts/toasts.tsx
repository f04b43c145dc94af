/** Announcements in the corner. They are read out, take no focus, and wait while somebody points at them or is in them. */
import { CloseButton } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Toast } from "../toasts.ts";
import { currentToasts, dismissToast, followToasts, toastMs } from "../toasts.ts";

/** The place for them. It is always there, so that what appears in it is read out. */
export function Toasts() {
  const toasts = useSyncExternalStore(followToasts, currentToasts);
  return (
    <div className="toasts" role="status">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast: { id, title, message, tone } }: { readonly toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => {
      dismissToast(id);
    }, toastMs);
    return () => {
      clearTimeout(timer);
    };
  }, [held, id]);
  return (
    <div
      className="toast"
      data-tone={tone}
      onPointerEnter={() => {
        setHeld(true);
      }}
      onPointerLeave={() => {
        setHeld(false);
      }}
      onFocus={() => {
        setHeld(true);
      }}
      onBlur={() => {
        setHeld(false);
      }}
    >
      <div>
        <strong>{title}</strong>
        <div className="soft">{message}</div>
      </div>
      <CloseButton
        size="sm"
        aria-label="Dismiss"
        onClick={() => {
          dismissToast(id);
        }}
      />
    </div>
  );
}
