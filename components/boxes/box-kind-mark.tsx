import { IconBoxMultiple, IconRulerMeasure, IconSquareDashed } from "@tabler/icons-react";
import type { BoxKind } from "../viewer/viewer-contract.ts";

export const boxKindWords: Readonly<Record<BoxKind, { readonly name: string; readonly meaning: string }>> = {
  "fully-labelled": {
    name: "Fully labelled",
    meaning: "Every nucleus in it is labelled: the rest is background to the model.",
  },
  "checked-empty": { name: "Checked empty", meaning: "There is no nucleus in it." },
  validation: {
    name: "Kept for validation",
    meaning: "Fully labelled and never trained on: it measures the models.",
  },
};

const looks: Readonly<Record<BoxKind, { icon: typeof IconBoxMultiple; color: string }>> = {
  "fully-labelled": { icon: IconBoxMultiple, color: "rgb(0 158 115)" },
  "checked-empty": { icon: IconSquareDashed, color: "rgb(150 160 170)" },
  validation: { icon: IconRulerMeasure, color: "rgb(230 159 0)" },
};

export function BoxKindMark({ kind }: { kind: BoxKind }) {
  const { icon: Icon, color } = looks[kind];
  return <Icon size={18} stroke={1.7} color={color} aria-hidden style={{ flex: "none" }} />;
}
