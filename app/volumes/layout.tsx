import { ColorSchemeScript } from "@mantine/core";
import type { ReactNode } from "react";

/** Dark before the first paint; afterwards AppProviders keeps it so (dark-paths.ts). */
export default function VolumesLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <ColorSchemeScript forceColorScheme="dark" />
      {children}
    </>
  );
}
