/** The end of a client, told once: as a signal to those who wait, and as a flag to those who only ask. */
export class Closing {
  readonly #controller = new AbortController();
  /** Asking a signal costs more than asking a flag, and every call asks. */
  isClosed = false;

  /** Fires when the client is closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Closes; again does nothing. */
  close(): void {
    this.isClosed = true;
    this.#controller.abort();
  }
}
