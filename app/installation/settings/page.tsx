import type { Metadata } from "next";
import { InstallationSettings } from "./installation-settings.tsx";

export const metadata: Metadata = { title: "Settings of the installation" };

export default function InstallationSettingsPage() {
  return <InstallationSettings />;
}
