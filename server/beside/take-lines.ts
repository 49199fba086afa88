import type { ChildProcess } from "node:child_process";

/** A line without an end is cut there. */
const MAX_LINE_CHARACTERS = 10_000;

/** Hands on, line by line, what a process says on its output and its error output. */
export function takeLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = (lines.pop() ?? "").slice(-MAX_LINE_CHARACTERS);
      for (const line of lines) onLine(line);
    });
    stream?.on("end", () => rest && onLine(rest)); // of a process that died in the middle of it
  }
}
