import { Stack, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { DisagreementView as View } from "../../core/agreement/study-result.ts";

/** The map of disagreement from above: its maximum along z. The brighter, the more pairs say another thing. */
export function DisagreementView({ view, aspect }: { view: View; aspect: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(view.columns, view.rows);
    for (const [i, percent] of view.percent.entries()) image.data.set(colorOf(percent / 100), 4 * i);
    context.putImageData(image, 0, 0);
  }, [view]);
  const differing = view.percent.filter((percent) => percent > 0).length / Math.max(1, view.percent.length);
  return (
    <Stack gap={4}>
      <canvas
        ref={canvas}
        width={view.columns}
        height={view.rows}
        role="img"
        aria-label={`Map of disagreement seen along z: somebody says another thing in ${(100 * differing).toFixed(0)} % of it`}
        style={{ width: "100%", maxWidth: 420, aspectRatio: String(aspect), imageRendering: "pixelated" }}
      />
      <Text size="xs" c="dimmed">
        Seen along z. Dark: all agree. Yellow: every pair says another thing.
      </Text>
    </Stack>
  );
}

/** From near black over red to yellow, as heat is shown. */
function colorOf(share: number): readonly [number, number, number, number] {
  return [Math.round(24 + 231 * Math.min(1, 1.6 * share)), Math.round(24 + 200 * share ** 2), 24, 255];
}
