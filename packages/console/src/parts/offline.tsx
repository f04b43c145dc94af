/** Says that the browser has no network; what is on screen stays readable. */
import { useSyncExternalStore } from "react";

function follow(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}

/** A line above the page, only while offline. */
export function Offline() {
  const online = useSyncExternalStore(follow, () => navigator.onLine);
  return (
    <div role="status" className="offline" hidden={online}>
      {online ? null : "You are offline. What you see is as of before; nothing you do here will be sent."}
    </div>
  );
}
