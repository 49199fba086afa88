import { IconArrowBackUp, IconChecks, IconHourglass } from "@tabler/icons-react";
import type { ReviewState } from "../../core/review/review-state.ts";
import { reviewWords } from "./review-words.ts";

const icons = { waiting: IconHourglass, approved: IconChecks, "sent-back": IconArrowBackUp } as const;
const colors = { waiting: "#9aa4af", approved: "#38d9a9", "sent-back": "#ff8787" } as const;

/** A shape for each state of the second look; nothing where none is asked for. */
export function ReviewMark({ state, size = 14 }: { readonly state: ReviewState; readonly size?: number }) {
  if (state === "none") return <span aria-hidden />;
  const Icon = icons[state];
  return (
    <Icon
      size={size}
      stroke={1.9}
      color={colors[state]}
      role="img"
      aria-label={reviewWords[state]}
      style={{ flex: "none" }}
    />
  );
}
