import { router } from "../../trpc.ts";
import { decideProposal } from "./decide-proposal.ts";
import { keepQuestion, releaseQuestion } from "./hold-question.ts";
import { nextQuestion } from "./next-question.ts";
import { queueStateOf } from "./queue-state-of.ts";
import { skipQuestion } from "./skip-question.ts";
import { undoProposalDecision } from "./undo-proposal-decision.ts";

export const queueRouter = router({
  state: queueStateOf,
  next: nextQuestion,
  keep: keepQuestion,
  release: releaseQuestion,
  skip: skipQuestion,
  decide: decideProposal,
  undoDecision: undoProposalDecision,
});
