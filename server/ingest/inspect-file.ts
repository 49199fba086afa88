import type { FileContents } from "../../core/import/file-contents.ts";
import { Problem, type ProblemFields } from "../../core/problem.ts";
import { outgrownMemory } from "./worker/outgrown-memory.ts";
import { startImportProcess } from "./worker/start-import-process.ts";

const TIMEOUT_MS = 120_000;

/**
 * What a file holds; read in a process of its own, so that no file can harm the server. The process ends with the signal, whose
 * reason is thrown then.
 */
export async function inspectFile(
  file: string,
  fileName: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<FileContents> {
  signal.throwIfAborted();
  const found: { contents?: FileContents; problem?: ProblemFields } = {};
  const worker = startImportProcess({ kind: "inspect", file, fileName }, (report) => {
    if (report.kind === "inspected") found.contents = report.contents;
    else if (report.kind === "failed") found.problem = report.problem;
  });
  let late = false;
  const stop = () => void worker.kill();
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, TIMEOUT_MS);
  await worker.ended;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  if (found.contents) return found.contents;
  signal.throwIfAborted();
  throw new Problem(
    found.problem ??
      (worker.outgrewMemory
        ? { ...outgrownMemory, where: fileName }
        : {
            tag: "inspection-failed",
            what: late ? "Reading the file takes too long." : "Reading the file failed: its reader stopped.",
            where: fileName,
            hint: "The file is probably damaged. Open it in Fiji and save it again as TIFF.",
          }),
  );
}
