import { router } from "../../trpc.ts";
import { answerSentBack, approveNucleus, sendNucleusBack, takeVerdictBack } from "./give-verdict.ts";
import { keepReview, releaseReview } from "./hold-review.ts";
import { nextNucleus } from "./next-nucleus.ts";
import { reviewOfNucleus } from "./review-of-nucleus.ts";
import { reviewStateOfVolume } from "./review-state-of-volume.ts";

/** The second look at nuclei, by other people than their authors. */
export const reviewRouter = router({
  state: reviewStateOfVolume,
  ofNucleus: reviewOfNucleus,
  next: nextNucleus,
  keep: keepReview,
  release: releaseReview,
  approve: approveNucleus,
  sendBack: sendNucleusBack,
  takeBack: takeVerdictBack,
  answer: answerSentBack,
});
