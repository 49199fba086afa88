"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { NucleusRow } from "../../components/editor/editor-contract.ts";
import { NucleusReviewLines } from "../../components/second-look/nucleus-review-lines.tsx";
import type { SecondLookPorts } from "../../components/second-look/second-look-contract.ts";
import { hasRole, type Role } from "../../core/roles.ts";
import { useTRPC } from "../_trpc/trpc.ts";
import type { SecondLook } from "./use-second-look.ts";

interface NucleusReviewProps {
  readonly secondLook: SecondLook;
  readonly volumeId: string;
  readonly row: NucleusRow;
  readonly userId: string;
  readonly role: Role;
}

/** What was said of the selected nucleus, over the API. Nothing where nobody is asked and nothing was said. */
export function NucleusReview({ secondLook, volumeId, row, userId, role }: NucleusReviewProps) {
  const { ports, opened, facts } = secondLook;
  const { label, review: state } = row;
  const isFinished = row.status === "accepted" || row.status === "corrected";
  const isShown = state !== "none" || (isFinished && (facts.data?.isAskedFor ?? false));
  const trpc = useTRPC();
  const said = useQuery(
    trpc.review.ofNucleus.queryOptions({ volumeId, label }, { enabled: isShown, staleTime: 0, gcTime: 0 }),
  );
  const { refetch } = said;
  // What it is has changed with how it stands; a stroke alone asks nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state is the cause
  useEffect(() => {
    if (isShown) void refetch();
  }, [state, isShown, refetch]);
  const [busy, setBusy] = useState(false);
  if (!isShown) return null;
  const give = async (say: (ports: SecondLookPorts) => Promise<void>) => {
    setBusy(true);
    try {
      await say(ports);
    } catch (error) {
      const { what, hint } = ports.problemOf(error);
      opened?.api.notify({ tone: "error", text: [what, hint].filter(Boolean).join(" ") });
    } finally {
      setBusy(false);
      void said.refetch();
    }
  };
  const seen = { label, fingerprint: said.data?.fingerprint ?? "" };
  const held = facts.data?.holders.find((holder) => holder.label === label && holder.userId !== userId);
  return (
    <NucleusReviewLines
      key={label}
      state={state}
      review={said.data}
      userId={userId}
      canJudge={hasRole(role, "annotator")}
      heldBy={held?.name ?? null}
      busy={busy}
      onApprove={() => void give((to) => to.approve(seen))}
      onSendBack={(note) => void give((to) => to.sendBack(seen, note))}
      onTakeBack={() => void give((to) => to.takeBack(label))}
      onAnswer={(note) => void give((to) => to.answer(label, note))}
    />
  );
}
