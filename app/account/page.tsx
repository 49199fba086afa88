import type { Metadata } from "next";
import { PageShell } from "../_shell/page-shell.tsx";
import { AccountSettings } from "./account-settings.tsx";

export const metadata: Metadata = { title: "Your account" };

export default function AccountPage() {
  return (
    <PageShell crumbs={[{ label: "Your account" }]}>
      <AccountSettings />
    </PageShell>
  );
}
