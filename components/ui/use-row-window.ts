import { type RefObject, useEffect, useState } from "react";

/** Rows beyond the edge that are there before they are scrolled to. */
const MARGIN_ROWS = 8;

export interface RowWindow {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

export const rowWindow = (scrollTop: number, height: number, rowHeight: number, count: number): RowWindow => ({
  first: Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - MARGIN_ROWS),
  end: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + MARGIN_ROWS),
});

/** Which rows of a list of equal heights are worth rendering. */
export function useRowWindow(scroller: RefObject<HTMLElement | null>, rowHeight: number, count: number): RowWindow {
  const [window, setWindow] = useState<RowWindow>({ first: 0, end: Math.min(count, 40) });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const next = rowWindow(element.scrollTop, element.clientHeight, rowHeight, count);
      setWindow((old) => (old.first === next.first && old.end === next.end ? old : next));
    };
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      resize.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller, rowHeight, count]);
  return window;
}
