import { and, eq } from "drizzle-orm";
import { Problem } from "../../../core/problem.ts";
import { prediction, volume } from "../../../db/schema/index.ts";
import { judgeProposal } from "../../collab/operations/judge-proposal.ts";
import type { RouteRequest } from "../../entrance/route.ts";
import { CLAIM_SECONDS } from "../../proposals/claim-next.ts";
import type { Question } from "../../proposals/question.ts";
import { type ApiRoute, type Caller, endpoint } from "../endpoint.ts";
import { askQuestion, decided, newDecision, question, queueState } from "../shapes.ts";

const holderOf = (holder: string | undefined, { token }: RouteRequest): string =>
  holder ?? `token-${token?.id}`.slice(0, 64);

const notOpen = (labelValue: number): Problem =>
  new Problem({
    tag: "proposal-not-open",
    what: "This proposal cannot be decided: somebody looks at it, it is decided already, or it is not in the queue.",
    where: `label ${labelValue}`,
    hint: "Ask for the next question.",
  });

/** Held by this program, so that nobody else decides it meanwhile. */
async function hold(caller: Caller, volumeId: string, pageId: string, labelValue: number): Promise<Question> {
  const held = await caller.queue.next({ volumeId, pageId, skipped: [], first: labelValue });
  if (held?.labelValue === labelValue) return held;
  await caller.queue.release({ volumeId, pageId });
  throw notOpen(labelValue);
}

export const queueEndpoints: readonly ApiRoute[] = [
  endpoint({
    method: "GET",
    path: "/volumes/:volumeId/queue",
    of: "volume",
    role: "viewer",
    id: "queueState",
    group: "Queue",
    summary: "How many questions wait",
    answer: queueState,
    run: ({ caller, route: { parameters } }) => caller.queue.state({ volumeId: parameters.volumeId }),
  }),
  endpoint({
    method: "POST",
    path: "/volumes/:volumeId/queue/next",
    of: "volume",
    role: "annotator",
    id: "nextQuestion",
    group: "Queue",
    summary: "The next question of the queue, held for whoever asks",
    body: askQuestion,
    answer: question,
    async run({ caller, body, route }) {
      const asked = {
        volumeId: route.parameters.volumeId,
        pageId: holderOf(body.holder, route),
        skipped: body.skipped,
      };
      return { question: await caller.queue.next(asked), heldSeconds: CLAIM_SECONDS };
    },
  }),
  endpoint({
    method: "POST",
    path: "/volumes/:volumeId/queue/decisions",
    of: "volume",
    role: "annotator",
    id: "decide",
    group: "Queue",
    summary: "Decide a proposal",
    more: "`accepted` copies it into the labels, over background only, as a page does; a person can undo it in the editor's history.",
    body: newDecision,
    answer: decided,
    async run({ caller, body: { labelValue, kind, holder }, route }) {
      const { services, user, parameters } = route;
      const { volumeId } = parameters;
      const pageId = holderOf(holder, route);
      const held = await hold(caller, volumeId, pageId, labelValue);
      if (kind === "skipped") {
        await caller.queue.skip({ volumeId, labelValue });
        return { labelValue, kind };
      }
      try {
        const [of] = await services.db
          .select({ prefix: prediction.blobPrefix, voxelSizeZyx: volume.voxelSizeZyx })
          .from(prediction)
          .innerJoin(volume, eq(volume.id, prediction.volumeId))
          .where(and(eq(prediction.id, held.predictionId), eq(prediction.volumeId, volumeId)));
        if (!of) throw notOpen(labelValue);
        const proposal = {
          id: `${held.predictionId}/${labelValue}`,
          label: labelValue,
          box: { minZyx: held.minZyx, maxZyx: held.maxZyx },
        };
        await judgeProposal(services, volumeId, { ...of, userId: user?.id ?? "", proposal, kind });
        await caller.queue.decide({ volumeId, labelValue, kind });
      } catch (error) {
        await caller.queue.release({ volumeId, pageId });
        throw error;
      }
      return { labelValue, kind };
    },
  }),
];
