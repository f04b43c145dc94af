/** What histories say when somebody started with `--restored`. */
export const restoredByHand = { actor: "command line", because: "a backup was put back", since: null } as const;
