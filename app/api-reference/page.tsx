import type { Metadata } from "next";
import { PageShell } from "../_shell/page-shell.tsx";
import { ApiReference } from "./api-reference.tsx";

export const metadata: Metadata = { title: "Reference of the API" };

export default function ApiReferencePage() {
  return (
    <PageShell crumbs={[{ label: "Your account", href: "/account" }, { label: "Reference of the API" }]}>
      <ApiReference />
    </PageShell>
  );
}
