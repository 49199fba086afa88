/** Space turns a drag into a pan, whichever pane is under the pointer. Known for the whole page, as panes have no focus of their own. */
let isHeld = false;

export const isSpaceHeld = (): boolean => isHeld;

/** Space does not scroll the page nor press a focused button while the pointer is over a pane. */
export function watchSpaceKey(isOverPane: () => boolean): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.code !== "Space" || isTyping(event.target) || !isOverPane()) return;
      event.preventDefault();
      isHeld = true;
    },
    { signal },
  );
  window.addEventListener(
    "keyup",
    (event) => {
      if (event.code !== "Space" || !isHeld) return;
      event.preventDefault();
      isHeld = false;
    },
    { signal },
  );
  window.addEventListener("blur", () => (isHeld = false), { signal });
  return () => {
    isHeld = false;
    abort.abort();
  };
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
