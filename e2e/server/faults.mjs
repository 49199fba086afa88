// Loaded into a started server before anything else (`--import`): makes it fail as the test asks by a file. SIGUSR2 = now.
import { appendFileSync, readFileSync } from "node:fs";

const { KARYOLOOP_FAULT_FILE: kind, KARYOLOOP_FAULT_LOG: log } = process.env;
if (kind && log && process.argv[1]?.endsWith("server/start.ts")) {
  const faults = {
    uncaught: () => setTimeout(() => null.injected, 0),
    rejection: () => void Promise.reject(new Error("injected rejection")),
    memory: () => {
      const held = [];
      const take = () => {
        for (let i = 0; i < 200; i++) held.push(new Array(10_000).fill(held.length));
        setImmediate(take);
      };
      take();
    },
  };
  process.on("SIGUSR2", () => {
    const listeners = process.listenerCount("uncaughtException");
    appendFileSync(log, `${JSON.stringify({ pid: process.pid, listeners })}\n`);
    faults[readFileSync(kind, "utf8")]();
  });
  appendFileSync(log, `${JSON.stringify({ pid: process.pid })}\n`);
}
