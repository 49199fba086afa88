import type { TourStep } from "./tour-steps.ts";

/** CSS pixels from the upper left corner of the window. */
interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

type Size = Pick<Rectangle, "width" | "height">;

export interface Place {
  /** Around the part. */
  readonly ring: Rectangle;
  readonly card: Pick<Rectangle, "left" | "top">;
}

const GAP = 12;

/** Puts a card beside a part of the page, and never over the edge of the window. */
export function placeBeside(part: Rectangle, card: Size, side: TourStep["side"], room: Size): Place {
  const { left, top, width, height } = part;
  const wished = {
    inside: { left: left + (width - card.width) / 2, top: top + (height - card.height) / 2 },
    right: { left: left + width + GAP, top: top + GAP },
    left: { left: left - card.width - GAP, top: top + GAP },
    below: { left, top: top + height + GAP },
  }[side];
  const within = (at: number, size: number, all: number): number => Math.max(GAP, Math.min(at, all - size - GAP));
  return {
    ring: { left: left + 1, top: top + 1, width: width - 2, height: height - 2 },
    card: { left: within(wished.left, card.width, room.width), top: within(wished.top, card.height, room.height) },
  };
}
