import type { EditorApi } from "../../components/editor/editor-contract.ts";
import { viewOfHash } from "../../components/editor/places/view-link.ts";

/** A nucleus and what lies around it. */
const NEAR_UM = 12;

/** Goes to the place that the address names, now and when it changes; opens the queue where it asks for it. */
export function followLink(api: EditorApi): () => void {
  if (new URLSearchParams(window.location.search).get("open") === "queue") api.showQueue();
  const follow = () => {
    const { hash } = window.location;
    const view = viewOfHash(hash, api.document.shapeZyx);
    const threadId = view?.threadId ?? /[#&]comment=([0-9a-f-]{36})(&|$)/.exec(hash)?.[1] ?? null;
    if (threadId !== null) api.showThread(threadId);
    if (!view) return;
    if (view.label !== null) api.select(view.label);
    const { zoom, centreZyx, placeZyx } = view;
    if (!zoom) {
      api.goTo(placeZyx, NEAR_UM);
      return;
    }
    api.goTo(centreZyx ?? placeZyx);
    api.view.set({ crosshairZyx: placeZyx, zoom });
  };
  follow();
  window.addEventListener("hashchange", follow);
  return () => window.removeEventListener("hashchange", follow);
}
