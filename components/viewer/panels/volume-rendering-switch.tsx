import { SegmentedControl } from "@mantine/core";
import { useSyncExternalStore } from "react";
import type { ViewState, ViewStore } from "../viewer-contract.ts";

const options: { value: ViewState["volumeRendering"]; label: string }[] = [
  { value: "mip", label: "Maximum" },
  { value: "shaded", label: "Shaded" },
  { value: "off", label: "Nuclei only" },
];

/** How the image is drawn in the 3D pane. */
export function VolumeRenderingSwitch({ view }: { view: ViewStore }) {
  const value = useSyncExternalStore(
    view.subscribe,
    () => view.get().volumeRendering,
    () => "mip" as const,
  );
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label="Image in 3D"
      data={options}
      value={value}
      onChange={(chosen) => view.set({ volumeRendering: chosen as ViewState["volumeRendering"] })}
    />
  );
}
