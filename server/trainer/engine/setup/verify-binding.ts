import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.ts";

export interface VerifiedBinding {
  readonly usesGpu: boolean;
}

/** The line that `convolve-once.ts` prints when the result is right. */
export const VERIFIED_MARK = "karyoloop-verified";

/**
 * Runs one 3D convolution in a process of its own: a library that does not fit the machine may end the process, and
 * nothing here may be ended by that.
 */
export async function verifyBinding(
  addonPath: string,
  signal?: AbortSignal,
): Promise<{ verified: VerifiedBinding } | { reason: string }> {
  const script = fileURLToPath(new URL("./convolve-once.ts", import.meta.url));
  const { exitCode, output } = await runCommand(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), script, addonPath],
    { signal, timeoutMs: 120_000 },
  );
  const line = output.split("\n").find((text) => text.startsWith(VERIFIED_MARK));
  if (exitCode === 0 && line) return { verified: { usesGpu: line.endsWith("gpu") } };
  const lines = output.trim().split("\n");
  const reason = lines.find((text) => /error|cannot|not found|undefined symbol|illegal/i.test(text)) ?? lines.at(-1);
  return { reason: reason?.trim().slice(0, 300) || `the check ended with code ${exitCode}` };
}
