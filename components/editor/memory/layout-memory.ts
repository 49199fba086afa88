import type { PaneId, ViewState, ViewStore } from "../../viewer/viewer-contract.ts";

/** What of the view suits the person and the screen, whichever volume is open. */
interface Layout {
  readonly maximisedPane?: PaneId | null;
  readonly volumeRendering?: ViewState["volumeRendering"];
  readonly miniMap?: boolean;
  readonly showsSlices?: boolean;
}

const panes: readonly PaneId[] = ["xy", "xz", "yz", "3d"];
const renderings: readonly ViewState["volumeRendering"][] = ["mip", "shaded", "off"];

const keyOf = (userId: string): string => `karyoloop.layout.${userId}`;

/** Leaves the panes as this person left them in this browser. */
export function restoreLayout(userId: string, view: ViewStore): void {
  const { showsSlices, ...layout } = loadLayout(userId);
  view.set({ ...layout, ...(showsSlices !== undefined && { scene: { ...view.get().scene, showsSlices } }) });
}

function loadLayout(userId: string): Layout {
  try {
    return parseLayout(JSON.parse(localStorage.getItem(keyOf(userId)) ?? "null"));
  } catch {
    return {};
  }
}

/** Takes only what it knows. */
export function parseLayout(value: unknown): Layout {
  if (typeof value !== "object" || value === null) return {};
  const { maximisedPane, volumeRendering, miniMap, showsSlices } = value as Record<string, unknown>;
  const pane = panes.find((one) => one === maximisedPane);
  const rendering = renderings.find((one) => one === volumeRendering);
  return {
    ...(pane && { maximisedPane: pane }),
    ...(rendering && { volumeRendering: rendering }),
    ...(typeof miniMap === "boolean" && { miniMap }),
    ...(typeof showsSlices === "boolean" && { showsSlices }),
  };
}

export function keepLayout(userId: string, view: ViewStore): () => void {
  let kept = "";
  return view.subscribe(() => {
    const { maximisedPane, volumeRendering, miniMap, scene } = view.get();
    const layout: Layout = { maximisedPane, volumeRendering, miniMap, showsSlices: scene.showsSlices };
    const now = JSON.stringify(layout);
    if (now === kept) return;
    kept = now;
    try {
      localStorage.setItem(keyOf(userId), now);
    } catch {
      // Nothing depends on it.
    }
  });
}
