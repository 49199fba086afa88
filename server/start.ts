import { readEnvironment } from "./env.ts";
import { startBeside } from "./local-trainer/start-beside.ts";
import { endOnFaults } from "./process/process-faults.ts";
import { endWithSentence, onStopSignals } from "./process/stop-signals.ts";
import { runServer } from "./run-server.ts";

/**
 * Everything on this machine, as `npm start` (start.mjs) runs it and runs it again. Nobody waits for the trainer to sign
 * in, import and paint.
 */
async function start(): Promise<void> {
  const environment = readEnvironment();
  const running = await runServer(environment);
  const beside = environment.localTrainer ? startBeside(running) : null;
  onStopSignals(async () => {
    await beside?.stop();
    await running.close();
  });
}

endOnFaults();
await start().catch(endWithSentence);
