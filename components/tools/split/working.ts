import type { EditAct, EditedLabels, LabelValue } from "../../../core/edit/label-document.ts";
import type { VoxelBox } from "../../../core/volume/voxel-space.ts";
import type { MeantProposal, ToolContext } from "../tool-context.ts";
import type { ToolMachine, ToolState } from "../tool-machine.ts";

type BuildCut = (labels: EditedLabels, signal: AbortSignal, knownBox: VoxelBox | null) => Promise<EditAct>;

/** While a nucleus, or a proposal that is taken over with it, is cut: Escape drops it. */
export function working(
  context: ToolContext,
  machine: ToolMachine,
  of: { readonly proposal: MeantProposal | null; readonly label: LabelValue },
  build: BuildCut,
  leave: () => ToolState,
): ToolState {
  const abort = new AbortController();
  const { signal } = abort;
  const state: ToolState = {
    cancel() {
      abort.abort();
      return leave();
    },
  };
  cut(context, of, build, signal)
    .catch((error: unknown) => {
      if (!signal.aborted) context.fail(error);
    })
    .finally(() => {
      if (!signal.aborted) machine.go(state, leave());
    });
  return state;
}

async function cut(
  context: ToolContext,
  { proposal, label }: { readonly proposal: MeantProposal | null; readonly label: LabelValue },
  build: BuildCut,
  signal: AbortSignal,
): Promise<void> {
  if (proposal) {
    const box = (await proposal.found)?.box ?? null;
    await context.takeOver([proposal], async (labels) => {
      const act = await build(labels, signal, box);
      signal.throwIfAborted();
      return act;
    });
    return;
  }
  const act = await build(context.document, signal, context.knownBox(label));
  if (!signal.aborted) await context.commit(act);
}
