"use client";
import { Center, Container, Loader, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { ProblemAlert } from "../../components/ui/problem-alert.tsx";
import type { Person } from "../../server/index.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC } from "../_trpc/trpc.ts";
import { signInHref } from "./sign-in-href.ts";

const PersonContext = createContext<Person | null>(null);

/** The person signed in; only below RequirePerson. */
export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (!person) throw new Error("usePerson is used outside RequirePerson");
  return person;
}

/** Shows its children to signed-in people and sends everybody else to the sign-in page and back. */
export function RequirePerson({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const router = useRouter();
  const me = useQuery(trpc.account.me.queryOptions(undefined, { staleTime: 60_000 }));
  const stranger = me.data === null;
  useEffect(() => {
    if (stranger) router.replace(signInHref(window.location.pathname + window.location.search));
  }, [stranger, router]);
  if (me.data) return <PersonContext value={me.data}>{children}</PersonContext>;
  if (me.error)
    return (
      <Container size="xs" py="xl">
        <ProblemAlert problem={problemOfError(me.error)} onRetry={() => void me.refetch()} />
      </Container>
    );
  return (
    <Center mih="60vh">
      <Stack align="center" gap="xs">
        <Loader size="sm" />
        <Text size="sm" c="dimmed">
          {stranger ? "Going to the sign-in page…" : "Loading…"}
        </Text>
      </Stack>
    </Center>
  );
}
