import type { Metadata } from "next";
import { InstallationLog } from "./installation-log.tsx";

export const metadata: Metadata = { title: "Who did what" };

export default function LogPage() {
  return <InstallationLog />;
}
