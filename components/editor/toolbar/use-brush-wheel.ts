import { type RefObject, useEffect } from "react";
import { runCommand } from "../editor-commands.ts";
import type { EditorController } from "../editor-controller.ts";

/** Wheel units per step of the size (a notch of most mice is 100 or 120). */
const WHEEL_PER_STEP = 80;

/** Alt and the wheel change the size of the brush. Heard before the panes, which turn slices by the wheel. */
export function useBrushWheel(editor: EditorController, area: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const host = area.current;
    if (!host) return;
    let turned = 0;
    const onWheel = (event: WheelEvent): void => {
      if (!event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      turned += event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1);
      for (; Math.abs(turned) >= WHEEL_PER_STEP; turned -= Math.sign(turned) * WHEEL_PER_STEP)
        runCommand(editor, turned < 0 ? "brush.larger" : "brush.smaller");
    };
    host.addEventListener("wheel", onWheel, { capture: true, passive: false });
    return () => host.removeEventListener("wheel", onWheel, { capture: true });
  }, [editor, area]);
}
