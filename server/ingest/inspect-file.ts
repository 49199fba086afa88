import type { FileContents } from "../../core/import/file-contents.ts";
import { Problem, type ProblemFields } from "../../core/problem.ts";
import { startImportProcess } from "./worker/start-import-process.ts";

const TIMEOUT_MS = 120_000;

/** What a file holds; read in a process of its own, so that no file can harm the server. */
export async function inspectFile(file: string, fileName: string): Promise<FileContents> {
  const found: { contents?: FileContents; problem?: ProblemFields } = {};
  const worker = startImportProcess({ kind: "inspect", file, fileName }, (report) => {
    if (report.kind === "inspected") found.contents = report.contents;
    else if (report.kind === "failed") found.problem = report.problem;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void worker.kill();
  }, TIMEOUT_MS);
  await worker.ended;
  clearTimeout(timer);
  if (found.contents) return found.contents;
  throw new Problem(
    found.problem ?? {
      tag: "inspection-failed",
      what: late ? "Reading the file takes too long." : "Reading the file failed: its reader stopped.",
      where: fileName,
      hint: "The file is probably damaged. Open it in Fiji and save it again as TIFF.",
    },
  );
}
