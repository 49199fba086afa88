"use client";
import { Anchor, AppShell, Breadcrumbs, Container, Group, Text } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { NotificationBell } from "../_notifications/notification-bell.tsx";
import { Brand } from "./brand.tsx";
import { EngineBanner } from "./engine-banner.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { RequirePerson } from "./require-person.tsx";
import { SecondFactorBanner } from "./second-factor-banner.tsx";

export interface Crumb {
  readonly label: string;
  readonly href?: string;
}

/** Header, way back, and the signed-in person: every page but the editor and the centred ones. */
export function PageShell({ crumbs, children }: { crumbs: readonly Crumb[]; children: ReactNode }) {
  return (
    <RequirePerson>
      <AppShell header={{ height: 52 }} padding={0}>
        <AppShell.Header>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="md" wrap="nowrap" miw={0}>
              <Anchor component={Link} href="/projects" underline="never" c="inherit">
                <Brand />
              </Anchor>
              <Breadcrumbs separatorMargin={6} visibleFrom="xs">
                {crumbs.map((crumb) =>
                  crumb.href ? (
                    <Anchor key={crumb.label} component={Link} href={crumb.href} size="sm">
                      {crumb.label}
                    </Anchor>
                  ) : (
                    <Text key={crumb.label} size="sm" c="dimmed" truncate maw={360} aria-current="page">
                      {crumb.label}
                    </Text>
                  ),
                )}
              </Breadcrumbs>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <Anchor component={Link} href="/work" size="sm" visibleFrom="xs">
                My work
              </Anchor>
              <NotificationBell />
              <PersonMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Main>
          <EngineBanner />
          <SecondFactorBanner />
          <Container size="xl" py="lg">
            {children}
          </Container>
        </AppShell.Main>
      </AppShell>
    </RequirePerson>
  );
}
