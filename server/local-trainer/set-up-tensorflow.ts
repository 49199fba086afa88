import { fileURLToPath } from "node:url";
import { z } from "zod";
import { plainTextSchema } from "../../core/plain-problem.ts";
import { setUpEnvironment } from "../beside/child-environment.ts";
import { type GuardedProcess, startGuarded } from "../beside/guarded-process.ts";
import type { EngineStatus } from "../engine-status.ts";
import { PROJECT_FOLDER } from "../pages/page-build.ts";
import { typescriptArguments } from "../supervisor/typescript-arguments.mjs";

/** Lines of `npm run setup:tensorflow`. */
const progressSchema = z.object({
  phase: z.string(),
  message: plainTextSchema(2000),
  bytes: z.number().optional(),
  totalBytes: z.number().optional(),
});

const ENTRY = fileURLToPath(new URL("../trainer/engine/setup/setup-tensorflow.ts", import.meta.url));
const MEGABYTE = 1e6;

export function toEngineStatus(line: string): EngineStatus | null {
  let parsed: ReturnType<typeof progressSchema.safeParse>;
  try {
    parsed = progressSchema.safeParse(JSON.parse(line));
  } catch {
    return null; // not a line of progress
  }
  if (!parsed.success) return null;
  const { phase, message, bytes, totalBytes } = parsed.data;
  if (phase === "ready")
    return {
      state: "ready",
      engine: /native-gpu/.test(message) ? "native-gpu" : "native-cpu",
      text: message,
      progress: null,
    };
  if (phase === "impossible")
    return {
      state: "fallback",
      engine: "wasm",
      text: `${message} Training uses the slower wasm engine.`,
      progress: null,
    };
  const size =
    bytes === undefined
      ? ""
      : ` (${Math.round(bytes / MEGABYTE)}${totalBytes ? ` of ${Math.round(totalBytes / MEGABYTE)}` : ""} MB)`;
  return {
    state: "setting-up",
    engine: "wasm",
    text: `${message}${size}. Until it is ready, training uses the slower wasm engine.`,
    progress: bytes !== undefined && totalBytes ? Math.min(1, bytes / totalBytes) : null,
  };
}

/** Runs the set-up as a process of its own; `onStatus` hears what the page should say. */
export function startTensorFlowSetUp(options: {
  readonly command?: readonly string[];
  onStatus(status: EngineStatus): void;
}): GuardedProcess & { readonly last: () => EngineStatus | null } {
  let last: EngineStatus | null = null;
  const process_ = startGuarded(options.command ?? [process.execPath, ...typescriptArguments, ENTRY], {
    cwd: PROJECT_FOLDER,
    env: setUpEnvironment(),
    niceness: 10,
    onLine(line) {
      const status = toEngineStatus(line);
      if (!status) return;
      last = status;
      options.onStatus(status);
    },
  });
  return { ...process_, last: () => last };
}
