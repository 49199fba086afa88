import { readEnvironment } from "./env.ts";
import { runServer } from "./run-server.ts";
import { onStopSignals } from "./stop-signals.ts";

/** The server alone, without a trainer beside it: for containers, and where trainers run on other machines. */
const running = await runServer(readEnvironment());
onStopSignals(() => running.close());
