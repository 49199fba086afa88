import type { PaneId, ViewState, ViewStore } from "../viewer/viewer-contract.ts";

type Layout = Pick<ViewState, "maximisedPane" | "volumeRendering">;

const panes: readonly PaneId[] = ["xy", "xz", "yz", "3d"];
const renderings: readonly ViewState["volumeRendering"][] = ["mip", "shaded", "off"];

const keyOf = (userId: string): string => `karyoloop.layout.${userId}`;

/** How this person left the panes in this browser: it is the screen that it suits. */
export function loadLayout(userId: string): Partial<Layout> {
  try {
    return parseLayout(JSON.parse(localStorage.getItem(keyOf(userId)) ?? "null"));
  } catch {
    return {};
  }
}

/** Takes only what it knows. */
export function parseLayout(value: unknown): Partial<Layout> {
  if (typeof value !== "object" || value === null) return {};
  const { maximisedPane, volumeRendering } = value as Record<string, unknown>;
  const pane = panes.find((one) => one === maximisedPane);
  const rendering = renderings.find((one) => one === volumeRendering);
  return { ...(pane && { maximisedPane: pane }), ...(rendering && { volumeRendering: rendering }) };
}

export function keepLayout(userId: string, view: ViewStore): () => void {
  let kept = "";
  return view.subscribe(() => {
    const { maximisedPane, volumeRendering } = view.get();
    const now = JSON.stringify({ maximisedPane, volumeRendering } satisfies Layout);
    if (now === kept) return;
    kept = now;
    try {
      localStorage.setItem(keyOf(userId), now);
    } catch {
      // Nothing depends on it.
    }
  });
}
