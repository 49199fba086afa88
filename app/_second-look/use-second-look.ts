import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import type { EditorApi, Loaded, NucleusRow } from "../../components/editor/editor-contract.ts";
import type { SecondLookFacts, SecondLookPorts } from "../../components/second-look/second-look-contract.ts";
import { openSecondLook, type SecondLookSession } from "../../components/second-look/second-look-session.ts";
import { Problem } from "../../core/problem.ts";
import { problemOfError } from "../_trpc/problem-of-error.ts";
import { useTRPC, useTRPCClient } from "../_trpc/trpc.ts";
import { createSecondLookPorts } from "./second-look-ports.ts";

export interface SecondLook {
  readonly ports: SecondLookPorts;
  /** Null until the editor is open. */
  readonly opened: { readonly api: EditorApi; readonly session: SecondLookSession } | null;
  readonly facts: Loaded<SecondLookFacts>;
  attach(api: EditorApi): () => void;
}

/** The second look of one volume's editor. How nuclei stand comes with their list; the rule and who looks, from the server. */
export function useSecondLook(volumeId: string, rows: readonly NucleusRow[] | undefined): SecondLook {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const state = useQuery(trpc.review.state.queryOptions({ volumeId }));
  const ports = useMemo(() => createSecondLookPorts(client, volumeId), [client, volumeId]);
  const [opened, setOpened] = useState<SecondLook["opened"]>(null);
  const attach = useCallback(
    (api: EditorApi) => {
      const { session, close } = openSecondLook(api, ports);
      setOpened({ api, session });
      return () => {
        close();
        setOpened(null);
      };
    },
    [ports],
  );
  const facts = useMemo(() => state.data && rows && factsOf(state.data, rows), [state.data, rows]);
  return {
    ports,
    opened,
    facts: {
      data: facts,
      problem: state.error ? new Problem(problemOfError(state.error)) : null,
      retry: () => void state.refetch(),
    },
    attach,
  };
}

function factsOf(
  { rule, holders }: { rule: { scope: string }; holders: SecondLookFacts["holders"] },
  rows: readonly NucleusRow[],
): SecondLookFacts {
  const ofState = (review: NucleusRow["review"]) => rows.filter((row) => row.review === review);
  return {
    isAskedFor: rule.scope !== "none",
    waiting: ofState("waiting").length,
    approved: ofState("approved").length,
    sentBack: ofState("sent-back"),
    holders,
  };
}

/** Whether the second queue is the one that is looked at. */
export function useChosen(session: SecondLookSession | undefined): boolean {
  return useSyncExternalStore(
    session?.subscribe ?? nothing,
    () => session?.getChosen() ?? false,
    () => false,
  );
}

const nothing = () => () => {};
