"use client";
import { Alert, Stack, Tabs } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { PageTitle } from "../../../components/ui/page-title.tsx";
import { PageShell } from "../../_shell/page-shell.tsx";
import { usePerson } from "../../_shell/require-person.tsx";
import { useInstallationEvents } from "../../_trpc/use-project-events.ts";

const tabs = [
  { path: "/installation", label: "People and trainers" },
  { path: "/installation/settings", label: "Settings and disk" },
  { path: "/installation/log", label: "Who did what" },
] as const;

function ForAdministrators({ children }: { children: ReactNode }) {
  const person = usePerson();
  const pathname = usePathname();
  useInstallationEvents();
  if (!person.isAdministrator)
    return (
      <Alert color="gray" icon={<IconLock aria-hidden />} title="For administrators only">
        An administrator of this installation can make you one.
      </Alert>
    );
  return (
    <Stack gap="lg">
      <PageTitle title="Installation" text="This server as a whole. Projects are their owners' business." />
      <Tabs value={tabs.find(({ path }) => path === pathname)?.label ?? null}>
        <Tabs.List aria-label="Parts of the installation">
          {tabs.map(({ path, label }) => (
            <Tabs.Tab key={path} value={label} renderRoot={(props) => <Link href={path} {...props} />}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {children}
    </Stack>
  );
}

/** Every page of the installation, for administrators. */
export function InstallationFrame({ children }: { children: ReactNode }) {
  return (
    <PageShell crumbs={[{ label: "Installation" }]}>
      <ForAdministrators>{children}</ForAdministrators>
    </PageShell>
  );
}
