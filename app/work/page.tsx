import type { Metadata } from "next";
import { PageShell } from "../_shell/page-shell.tsx";
import { Work } from "./work.tsx";

export const metadata: Metadata = { title: "My work" };

export default function WorkPage() {
  return (
    <PageShell crumbs={[{ label: "My work" }]}>
      <Work />
    </PageShell>
  );
}
