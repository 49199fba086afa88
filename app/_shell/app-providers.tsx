"use client";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { cssVariablesResolver, theme } from "../../components/ui/theme.ts";
import { ApiProvider } from "../_trpc/api-provider.tsx";
import { isDarkPath } from "./dark-paths.ts";

export function AppProviders({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      forceColorScheme={isDarkPath(pathname) ? "dark" : undefined}
    >
      <Notifications position="bottom-right" limit={4} />
      <ApiProvider>{children}</ApiProvider>
    </MantineProvider>
  );
}
