import { ConfigurationError } from "../configuration-error.ts";
import { logOf } from "../log/log.ts";
import { EXIT_CONFIGURATION, EXIT_FAULT } from "../supervisor/exit-codes.mjs";
import { onStopWishes } from "../supervisor/stop-signals.mjs";

const LAST_RESORT_MS = 60_000;
const log = logOf("server");

/** First SIGINT or SIGTERM: stop in order. A second one, or a stop that hangs, ends the process at once. */
export function onStopSignals(stop: () => Promise<void>): void {
  onStopWishes({
    stop() {
      log.info("Stopping …");
      setTimeout(() => process.exit(EXIT_FAULT), LAST_RESORT_MS).unref();
      stop().then(
        () => process.exit(0),
        (error) => {
          log.failed("The stop failed", error);
          process.exit(EXIT_FAULT);
        },
      );
    },
    endAtOnce: () => process.exit(EXIT_FAULT),
  });
}

/** A start that fails for a reason we name says it in a sentence; anything else comes with where it happened. */
export function endWithSentence(error: unknown): never {
  if (error instanceof ConfigurationError) {
    log.error(error.message);
    process.exit(EXIT_CONFIGURATION);
  }
  log.failed("The server could not start", error);
  process.exit(EXIT_FAULT);
}
