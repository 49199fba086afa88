import type { Metadata } from "next";
import { PageShell } from "../_shell/page-shell.tsx";
import { Installation } from "./installation.tsx";

export const metadata: Metadata = { title: "Installation" };

export default function InstallationPage() {
  return (
    <PageShell crumbs={[{ label: "Installation" }]}>
      <Installation />
    </PageShell>
  );
}
