import type { Page } from "@playwright/test";

/**
 * Words that nobody can read whole: beyond the edge of the window, or of a part of the page that hides what is beyond it and cannot be
 * scrolled. Names that people give may be of any length: where `title` says them whole they may end in dots.
 */
export const findCutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = new Set<string>();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const parent = node.parentElement;
      const words = node.textContent?.trim() ?? "";
      if (!parent || words === "" || !parent.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
        continue;
      if (parent.closest("[title], [aria-hidden=true], svg, script, style, noscript")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const own = range.getBoundingClientRect();
      if (own.width === 0) continue;
      let isCut = false;
      let isAtRest = true; // nothing round it scrolls
      for (let at: Element | null = parent; at && at !== document.body; at = at.parentElement) {
        const { overflowX, overflowY, clipPath } = getComputedStyle(at);
        const around = at.getBoundingClientRect();
        if (clipPath !== "none" && around.width <= 1) isCut = false; // for readers of the screen only
        if ((clipPath !== "none" && around.width <= 1) || /auto|scroll/.test(overflowX + overflowY)) {
          isAtRest = false;
          break;
        }
        if (overflowX === "visible" && overflowY === "visible") continue;
        // A line of text is higher than its letters.
        if (own.right > around.right + 1 || own.left < around.left - 1 || own.bottom > around.bottom + 4) isCut = true;
      }
      const isOutside = own.right > innerWidth + 1 || own.bottom > innerHeight + 1 || own.left < -1;
      if (isCut || (isAtRest && isOutside)) found.add(words);
    }
    return [...found];
  });
