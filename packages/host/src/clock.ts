/**
 * Time as the machine tells it. Two clocks, because they answer different questions: the wall clock is for people and
 * deadlines and may jump; the monotonic one is for timeouts and never goes back.
 */

/** The longest delay a JavaScript timer accepts, in milliseconds; a longer one would fire at once. */
const timerMaxMs = 2_147_483_647;

/** Timers may fire this much early by the wall clock; a wait that was asked for must not be undercut. */
const earlyMs = 1;

/** Epoch milliseconds, whole. */
export function now(): number {
  return Date.now();
}

/** Milliseconds since some fixed moment; never goes back. */
export function monotonic(): number {
  return performance.now();
}

/**
 * Calls back after a delay of any length: a delay beyond what a timer accepts is waited for in stages, never cut.
 * @param ms milliseconds; negative and NaN count as 0
 * @param callback called once, never before this function has returned
 * @param keepsAlive false: the wait alone does not keep the process running
 * @returns a function that cancels; calling it late or twice does nothing
 */
export function after(ms: number, callback: () => void, keepsAlive = true): () => void {
  let left = ms > 0 ? ms : 0;
  let timer: ReturnType<typeof setTimeout>;
  const arm = (): void => {
    const isLast = left <= timerMaxMs - earlyMs - 1;
    const stage = isLast ? Math.ceil(left) + earlyMs : timerMaxMs;
    left -= stage;
    timer = setTimeout(isLast ? callback : arm, stage);
    // Browsers and edge runtimes give a number: nothing there keeps a process alive.
    if (!keepsAlive && typeof timer === "object") timer.unref();
  };
  arm();
  return () => {
    clearTimeout(timer);
  };
}
