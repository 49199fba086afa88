import { expect, it } from "vitest";
import { parseKeptChannels } from "./channel-memory.ts";

const view = { contrast: [0, 9.5], gamma: 1, rgb: [1, 2, 255], overlaid: true };
const kept = { channel: 1, together: false, channels: [view, { ...view, overlaid: false }] };

it("takes back what was kept of channels, and nothing that does not fit", () => {
  expect(parseKeptChannels(JSON.parse(JSON.stringify(kept)), 2)).toEqual(kept);
  const damaged: unknown[] = [
    null,
    [],
    "x",
    { ...kept, channel: 2 },
    { ...kept, channel: 0.5 },
    { ...kept, together: "yes" },
    { ...kept, channels: [view] },
    ...[
      { contrast: [9, 0] },
      { contrast: [0, Number.NaN] },
      { gamma: 0 },
      { rgb: [0, 0, 256] },
      { rgb: "red" },
      { overlaid: 1 },
    ].map((change) => ({ ...kept, channels: [view, { ...view, ...change }] })),
  ];
  for (const value of damaged) expect(parseKeptChannels(value, 2), JSON.stringify(value)).toBeNull();
  expect(parseKeptChannels(kept, 3)).toBeNull();
});
