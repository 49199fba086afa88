"use client";
import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PageTitle } from "../../components/ui/page-title.tsx";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";
import { useInstallationEvents } from "../_trpc/use-project-events.ts";
import { AuthenticatorAppSection } from "./authenticator-app-section.tsx";
import { ConfirmPerson } from "./confirm-person.tsx";
import { InstitutionSection } from "./institution-section.tsx";
import { MailSection } from "./mail-section.tsx";
import { NameSection } from "./name-section.tsx";
import { PasskeysSection } from "./passkeys-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { SessionsSection } from "./sessions-section.tsx";
import { TokensSection } from "./tokens-section.tsx";

export function AccountSettings() {
  const trpc = useTRPC();
  useInstallationEvents();
  const factors = useQuery(trpc.account.secondFactors.queryOptions());
  const ways = useQuery(trpc.account.signInWays.queryOptions());
  const error = factors.error ?? ways.error;
  return (
    <ConfirmPerson>
      <Stack maw={720} gap="lg">
        <PageTitle title="Your account" text="How you are called here, and how you sign in." />
        <NameSection />
        {error && <ProblemAlert problem={problemOfError(error)} onRetry={() => void factors.refetch()} />}
        {(factors.isPending || ways.isPending) && !error && <Skeleton h={240} />}
        {factors.data && ways.data && (
          <>
            {factors.data.hasPassword && <PasswordSection />}
            {factors.data.hasPassword && <AuthenticatorAppSection app={factors.data.app} />}
            <PasskeysSection passkeys={factors.data.passkeys} origin={ways.data.passkeyOrigin} />
            {ways.data.institution && (
              <InstitutionSection institution={ways.data.institution} identity={factors.data.institution} />
            )}
          </>
        )}
        <MailSection />
        <SessionsSection />
        <TokensSection />
      </Stack>
    </ConfirmPerson>
  );
}
