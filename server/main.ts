import { readEnvironment } from "./env.ts";
import { runServer } from "./run-server.ts";
import { endWithSentence, onStopSignals } from "./stop-signals.ts";

/** The server alone, without a trainer beside it: for containers, and where trainers run on other machines. */
async function start(): Promise<void> {
  const running = await runServer(readEnvironment());
  onStopSignals(() => running.close());
}

await start().catch(endWithSentence);
