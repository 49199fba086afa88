import type { CorpusCase } from "./corpus-case.ts";
import { judgeCase } from "./judge-case.ts";

/** Judges one case after the other in a process that a file may end without ending the benchmark. */
process.on("message", (one: CorpusCase) => {
  judgeCase(one).then(
    (judgement) => process.send?.(judgement),
    (error) => process.send?.({ verdict: "crashed", why: error instanceof Error ? error.stack : String(error) }),
  );
});
process.send?.("ready");
