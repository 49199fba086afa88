// @ts-check
// `npm start`: runs the server (start.ts) and, when it dies, starts it again. Plain JavaScript: it is there all the time,
// and takes half the memory and a sixth of the time to start that it would take with a compiler in it.
import "./supervisor/require-node.mjs";
import { setTimeout as sleep } from "node:timers/promises";
import { keepUp } from "./supervisor/keep-up.mjs";
import { startServerProcess } from "./supervisor/start-server-process.mjs";
import { onStopWishes } from "./supervisor/stop-signals.mjs";

/** In the form of server/log: words of ours and numbers only, so there is nothing to clean. */
const isPlain = process.env.LOG_FORMAT === "plain" || (process.stdout.isTTY && process.env.LOG_FORMAT !== "json");
/** @param {string} message */
function say(message) {
  const time = new Date();
  const line = { time: time.toISOString(), level: "error", component: "supervisor", message };
  const plain = `${time.toTimeString().slice(0, 8)} ERROR [supervisor] ${message}`;
  process.stderr.write(`${isPlain ? plain : JSON.stringify(line)}\n`);
}

const stopping = new AbortController();
/** @type {ReturnType<typeof startServerProcess> | undefined} */
let server;
onStopWishes({
  stop() {
    stopping.abort();
    server?.stop();
  },
  endAtOnce() {
    server?.kill();
    process.exit(1);
  },
});
process.exitCode = await keepUp({
  run() {
    server = startServerProcess();
    return server.ended;
  },
  say,
  pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
  now: () => performance.now(),
  stopping: stopping.signal,
});
