"use client";
import { Alert, Anchor, Box } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import Link from "next/link";
import { usePerson } from "./require-person.tsx";

/** Leads administrators to the set-up where the installation asks for a second factor. */
export function SecondFactorBanner() {
  if (!usePerson().needsSecondFactor) return null;
  return (
    <Box px="md" pt="sm">
      <Alert
        color="yellow"
        icon={<IconShieldLock aria-hidden />}
        title="Administrators need a second factor here."
        role="status"
      >
        Set up an authenticator app or add a passkey on{" "}
        <Anchor component={Link} href="/account" size="sm">
          the page of your account
        </Anchor>
        . Until then, what administrators do is closed to you. If you have set one up, sign in with it.
      </Alert>
    </Box>
  );
}
