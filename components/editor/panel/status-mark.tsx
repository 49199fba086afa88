import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconHelpCircle,
  IconPencilCheck,
  type IconProps,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { LabelStatus } from "../../../core/labels/label-status.ts";
import { cssOfRgb, statusRgb } from "../layers/label-color.ts";

/** A shape and a word for each status: colour only helps. */
export const statusWords: Readonly<Record<LabelStatus, string>> = {
  accepted: "Accepted",
  corrected: "Corrected",
  unfinished: "Unfinished",
  proposed: "Proposed",
  rejected: "No nucleus",
};

const icons: Readonly<Record<LabelStatus, ComponentType<IconProps>>> = {
  accepted: IconCircleCheck,
  corrected: IconPencilCheck,
  unfinished: IconCircleDashed,
  proposed: IconHelpCircle,
  rejected: IconCircleX,
};

export function StatusMark({ status, size = 15 }: { status: LabelStatus; size?: number }) {
  const Icon = icons[status];
  return (
    <Icon
      size={size}
      stroke={1.9}
      color={cssOfRgb(statusRgb[status])}
      role="img"
      aria-label={statusWords[status]}
      style={{ flex: "none" }}
    />
  );
}
