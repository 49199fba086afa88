import os from "node:os";
import { captureConsole } from "../log/capture-console.ts";
import { logOf } from "../log/log.ts";
import { maxBlockVoxels } from "./blocks/block-memory.ts";
import { startAnyEngine } from "./engine/without-tensorflow.ts";
import { takeTrainerEnvironment } from "./env.ts";
import { runTrainer } from "./jobs/run-trainer.ts";
import { ServerClient } from "./lease/server-client.ts";

/**
 * A trainer: dials in, leases jobs, learns and predicts, holds no state. SIGTERM gives its job back and ends it;
 * SIGUSR2 lets it finish its job first.
 */
const log = logOf("trainer");
captureConsole(log);
const { server, engine: only, niceness, identity, settings } = takeTrainerEnvironment();
// Never upwards: only root may.
os.setPriority(Math.max(os.getPriority(), niceness));
const draining = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => draining.abort());
const finishing = new AbortController();
process.on("SIGUSR2", () => finishing.abort());
const client = new ServerClient(server.address, server.token);
const engine = await startAnyEngine(only);
log.info(`Trainer ${identity.name}: ${engine.reason}`);
await runTrainer({
  client,
  engine,
  identity,
  settings,
  maxBlockVoxels: maxBlockVoxels(),
  draining: draining.signal,
  finishing: finishing.signal,
});
process.exit(0);
