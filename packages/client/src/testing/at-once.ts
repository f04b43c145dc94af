/** "At once", without a stopwatch: within a few turns of the event loop, which no slow machine makes longer. */

/** Far more than any stage needs, far fewer than the shortest timer of a test lets pass. */
const turnsMax = 10;

/**
 * What a promise resolves to.
 * @throws when it has not settled after a few turns: then something waited for a timer or for the network
 */
export async function atOnce<Value>(pending: Promise<Value>): Promise<Value> {
  const waiting = new Set([pending]);
  const note = (): void => {
    waiting.clear();
  };
  pending.then(note, note);
  for (let turn = 0; turn < turnsMax && waiting.size > 0; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
  if (waiting.size > 0) throw new Error(`not settled after ${turnsMax} turns of the event loop`);
  return pending;
}
