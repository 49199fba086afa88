import type { EditorApi } from "../../../../components/editor/editor-contract.ts";

/** Browsers count how often a page changes its address. */
const AFTER_MS = 400;

/** Keeps what is looked at in the address of the page, once somebody has gone anywhere: a reload, or whoever is sent it, comes there. */
export function keepAddress({ view, linkToView }: EditorApi): () => void {
  const { crosshairZyx, centerUmZyx, selectedLabel } = view.get();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const write = (): void => {
    timer = null;
    window.history.replaceState(window.history.state, "", linkToView(window.location.href));
  };
  const stop = view.subscribe(() => {
    const now = view.get();
    const isElsewhere =
      now.crosshairZyx !== crosshairZyx || now.centerUmZyx !== centerUmZyx || now.selectedLabel !== selectedLabel;
    if (isElsewhere) timer ??= setTimeout(write, AFTER_MS);
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
}
