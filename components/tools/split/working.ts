import type { EditAct } from "../../../core/edit/label-document.ts";
import type { ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";

/** While an act is worked out: Escape drops it. */
export function working(
  context: ToolContext,
  machine: ToolMachine,
  build: (signal: AbortSignal) => Promise<EditAct>,
  leave: () => ToolState,
): ToolState {
  const abort = new AbortController();
  const state: ToolState = {
    cancel() {
      abort.abort();
      return leave();
    },
  };
  build(abort.signal)
    .then((act) => (abort.signal.aborted ? undefined : context.commit(act)))
    .catch((error: unknown) => {
      if (!abort.signal.aborted) context.fail(error);
    })
    .finally(() => {
      if (!abort.signal.aborted) machine.go(state, leave());
    });
  return state;
}
