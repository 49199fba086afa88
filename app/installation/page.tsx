import type { Metadata } from "next";
import { Installation } from "./installation.tsx";

export const metadata: Metadata = { title: "Installation" };

export default function InstallationPage() {
  return <Installation />;
}
