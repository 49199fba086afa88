import type { ReactNode } from "react";
import { InstallationFrame } from "./_installation/installation-frame.tsx";

export default function InstallationLayout({ children }: { children: ReactNode }) {
  return <InstallationFrame>{children}</InstallationFrame>;
}
