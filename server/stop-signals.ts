const LAST_RESORT_MS = 60_000;
/** npm hands on a Ctrl-C that the terminal has sent us already: what comes within this time is the same wish. */
const SAME_WISH_MS = 500;

/** First SIGINT or SIGTERM: stop in order. A second one, or a stop that hangs, ends the process at once. */
export function onStopSignals(stop: () => Promise<void>): void {
  let stoppingSince: number | null = null;
  const take = (): void => {
    if (stoppingSince !== null) {
      if (performance.now() - stoppingSince > SAME_WISH_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    console.log("Stopping …");
    setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error("The stop failed:", error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", take);
  process.on("SIGTERM", take);
}

/** A start that fails for a reason we name says it in a sentence; anything else comes with its stack. */
export function endWithSentence(error: unknown): never {
  console.error(error instanceof Error && error.constructor === Error ? error.message : error);
  process.exit(1);
}
