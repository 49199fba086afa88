import { readEnvironment } from "./env.ts";
import { runServer } from "./run-server.ts";
import { onStopSignals } from "./stop-signals.ts";

/** `npm start`: everything on this machine, in one command. */
const running = await runServer(readEnvironment());
onStopSignals(() => running.close());
