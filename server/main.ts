import "./supervisor/require-node.mjs";
import { readEnvironment } from "./env.ts";
import { endOnFaults } from "./process/process-faults.ts";
import { endWithSentence, onStopSignals } from "./process/stop-signals.ts";
import { runServer } from "./run-server.ts";

/**
 * The server alone, without a trainer beside it: for containers and services, whose manager starts it again when it ends
 * with another exit code than 0. 78 says that it is set wrongly.
 */
async function start(): Promise<void> {
  const running = await runServer(readEnvironment());
  onStopSignals(() => running.close());
}

endOnFaults();
await start().catch(endWithSentence);
