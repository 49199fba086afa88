"use client";
import { Button, Text } from "@mantine/core";
import Link from "next/link";
import { CenteredPage } from "./_shell/centered-page.tsx";

export default function NotFound() {
  return (
    <CenteredPage title="There is no such page">
      <Text size="sm">The address may be cut off or mistyped. Everything you labelled is where it was.</Text>
      <Button component={Link} href="/projects">
        To your projects
      </Button>
    </CenteredPage>
  );
}
