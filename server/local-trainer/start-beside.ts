import { setTimeout as sleep } from "node:timers/promises";
import { type EngineStatus, writeEngineStatus } from "../engine-status.ts";
import { failureLog } from "../log/failure-log.ts";
import { logOf } from "../log/log.ts";
import { relayLines } from "../log/relay-lines.ts";
import type { RunningServer } from "../start-server.ts";
import { type LocalTrainer, startLocalTrainer } from "./local-trainer.ts";
import { startTensorFlowSetUp } from "./set-up-tensorflow.ts";

const log = logOf("server");

/** A set-up that was done before says so within this time: then the trainer starts once, on the right engine. */
const DONE_BEFORE_MS = 15_000;
/** A download reports twice a second; the page needs less. */
const TELL_EVERY_MS = 1_000;

const FAILED: EngineStatus = {
  state: "fallback",
  engine: "wasm",
  text: "The set-up of native TensorFlow ended without an answer; `npm run setup:tensorflow` says more. Training uses the slower wasm engine.",
  progress: null,
};

/** The set-up of native TensorFlow and the trainer, beside a server that answers already. */
export function startBeside(running: RunningServer): { stop(): Promise<void> } {
  const { db, events } = running.services;
  const stopping = new AbortController();
  const tell = (status: EngineStatus) =>
    writeEngineStatus(db, events, status).catch((error) => {
      if (!stopping.signal.aborted) failureLog.failed("storing the engine's status", error);
    });
  let toldAt = Number.NEGATIVE_INFINITY;
  const setUp = startTensorFlowSetUp({
    onStatus(status) {
      if (status.state === "setting-up" && performance.now() - toldAt < TELL_EVERY_MS) return;
      if (status.state !== "setting-up") log.info(status.text);
      toldAt = performance.now();
      void tell(status);
    },
  });
  const finished = setUp.ended.then(async () => {
    const last = setUp.last();
    if (!stopping.signal.aborted && (!last || last.state === "setting-up")) await tell(FAILED);
  });
  const starting = (async (): Promise<LocalTrainer | null> => {
    const patience = sleep(DONE_BEFORE_MS, false, { signal: stopping.signal, ref: false }).catch(() => false);
    const doneBefore = await Promise.race([finished.then(() => true), patience]);
    if (stopping.signal.aborted) return null;
    const trainer = await startLocalTrainer(db, {
      serverAddress: running.nearAddress,
      say: relayLines(logOf("trainer")),
    });
    if (!doneBefore)
      void finished.then(() => {
        if (!stopping.signal.aborted && setUp.last()?.state === "ready") trainer.restart();
      });
    return trainer;
  })();
  starting.catch((error) => log.failed("The trainer beside the server could not be started", error));
  return {
    async stop() {
      stopping.abort();
      const trainer = await starting.catch(() => null);
      await Promise.all([setUp.stop(), trainer?.stop()]);
    },
  };
}
