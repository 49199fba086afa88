"use client";
import { Box } from "@mantine/core";
import type { ReactNode } from "react";
import { Queues } from "../../components/review/queues.tsx";
import { SecondLookPanel } from "../../components/second-look/second-look-panel.tsx";
import { hasRole, type Role } from "../../core/roles.ts";
import { type SecondLook, useChosen } from "./use-second-look.ts";

interface BothQueuesProps {
  readonly secondLook: SecondLook;
  readonly userId: string;
  readonly role: Role;
  readonly guidelines: string;
  /** The queue of proposals. */
  readonly children: ReactNode;
  /** The person turns from the proposals to the second look. */
  onLeaveProposals(): void;
}

/** The queue of proposals and, where the project asks for it, the second look beside it. */
export function BothQueues({ secondLook, userId, role, guidelines, children, onLeaveProposals }: BothQueuesProps) {
  const { opened, facts } = secondLook;
  const isChosen = useChosen(opened?.session);
  const { data } = facts;
  const isThere = data !== undefined && (data.isAskedFor || data.waiting + data.approved + data.sentBack.length > 0);
  const isShown = isChosen && opened !== null;
  return (
    <Queues
      shown={isShown ? "second-look" : "proposals"}
      secondLook={isThere || isShown ? { waiting: data?.waiting ?? 0, sentBack: data?.sentBack.length ?? 0 } : null}
      guidelines={guidelines}
      onShow={(queue) => {
        if (queue === "second-look") onLeaveProposals();
        opened?.session.choose(queue === "second-look");
      }}
    >
      {isShown ? (
        <Box p="sm">
          <SecondLookPanel
            session={opened.session}
            facts={facts}
            userId={userId}
            canJudge={hasRole(role, "annotator")}
            voxelUm3={opened.api.document.voxelSizeZyx.reduce((a, b) => a * b)}
            onShow={({ label, box }) => {
              opened.api.select(label);
              opened.api.flyToBox(box);
            }}
          />
        </Box>
      ) : (
        children
      )}
    </Queues>
  );
}
