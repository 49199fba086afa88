// @ts-check
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { guardScript } from "./guard-script.mjs";
import { memoryBounds } from "./memory-bounds.mjs";
import { typescriptArguments } from "./typescript-arguments.mjs";

const ENTRY = fileURLToPath(new URL("../start.ts", import.meta.url));
/** Longer than the server gives itself. */
const GRACE_SECONDS = 70;

/**
 * The server in a process of its own that never outlives this one. It has a session of its own too: Ctrl-C in the
 * terminal reaches this process only, which hands it on once.
 *
 * @returns {{ ended: Promise<number | null>, stop: () => void, kill: () => void }}
 */
export function startServerProcess() {
  const heap = /max.old.space.size/.test(process.env.NODE_OPTIONS ?? "")
    ? []
    : [`--max-old-space-size=${memoryBounds().heapMegabytes}`];
  const command = [process.execPath, ...heap, ...typescriptArguments, ENTRY];
  const child = spawn("/bin/sh", ["-c", guardScript(GRACE_SECONDS), "karyoloop-server", ...command], {
    stdio: ["pipe", "inherit", "inherit"],
    detached: true,
  });
  child.stdin.on("error", () => {});
  return {
    ended: new Promise((resolve) => {
      child.once("error", () => resolve(null));
      child.once("exit", (code) => resolve(code));
    }),
    stop: () => void child.kill("SIGTERM"),
    kill() {
      try {
        if (child.pid) process.kill(-child.pid, "SIGKILL");
      } catch {
        // gone already
      }
    },
  };
}
