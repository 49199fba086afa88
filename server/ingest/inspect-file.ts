import type { FileContents } from "../../core/import/file-contents.ts";
import { Problem } from "../../core/problem.ts";
import { startImportProcess } from "./worker/start-import-process.ts";

const TIMEOUT_MS = 120_000;

/** What a file holds; read in a process of its own, so that no file can harm the server. */
export function inspectFile(file: string, fileName: string): Promise<FileContents> {
  return new Promise((resolve, reject) => {
    let late = false;
    const worker = startImportProcess(
      { kind: "inspect", file, fileName },
      (report) => {
        if (report.kind === "inspected") resolve(report.contents);
        else if (report.kind === "failed") reject(new Problem(report.problem));
      },
      () => {
        clearTimeout(timer);
        // A no-op after `inspected` or `failed`.
        reject(
          new Problem({
            tag: "inspection-failed",
            what: late ? "Reading the file takes too long." : "Reading the file failed: its reader stopped.",
            where: fileName,
            hint: "The file is probably damaged. Open it in Fiji and save it again as TIFF.",
          }),
        );
      },
    );
    const timer = setTimeout(() => {
      late = true;
      void worker.kill();
    }, TIMEOUT_MS);
  });
}
