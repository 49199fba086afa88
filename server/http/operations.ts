import { authorLabelsOperation } from "../collab/operations/author-labels.ts";
import { checkRolesOperation } from "../collab/operations/check-roles.ts";
import { countOperation } from "../collab/operations/count-project.ts";
import { frozenStateOperation } from "../collab/operations/freeze-labels.ts";
import { judgeProposalOperation } from "../collab/operations/judge-proposal.ts";
import { listNucleiOperation } from "../collab/operations/list-nuclei.ts";
import { readLabelsOperation } from "../collab/operations/read-labels.ts";
import { baseVersionOperation, enterOperation, occupiedOperation } from "../collab/routes/label-routes.ts";
import {
  forgetVersionsOperation,
  nudgeFreezerOperation,
  stopFreezingOperation,
} from "../export/freezing/dataset-freezer.ts";
import { liveOrderOperation } from "../history/labels-then.ts";
import { nudgeImportsOperation, stopImportOperation } from "../imports/import-queue.ts";
import {
  convertUploadOperation,
  fetchAddressOperation,
  stopPreparationOperation,
  uploadStateOperation,
} from "../ingest/preparations/where-prepared.ts";
import { settledStatesOperation } from "../proposals/find-settled-states.ts";
import { approvedNucleiOperation } from "../reviews/approved-nuclei.ts";
import { answerOperation, judgeOperation, reviewOfOperation, takeBackOperation } from "../reviews/judge-nucleus.ts";
import { nextReviewOperation } from "../reviews/next-review.ts";
import { bringInOperation } from "../routers/volume/bring-in-edits.ts";
import type { AnyOperation } from "../servers/operation.ts";
import { nudgeStudiesOperation } from "../studies/study-queue.ts";
import { nudgeDeliveriesOperation } from "../webhooks/delivery-queue.ts";
import { nudgeDepositsOperation, stopDepositOperation, stopDepositsOperation } from "../zenodo/deposit-queue.ts";

/** Every operation that one server may ask of another: what is done in a room, and what is done once in an installation. */
export const operations: readonly AnyOperation[] = [
  authorLabelsOperation,
  baseVersionOperation,
  bringInOperation,
  checkRolesOperation,
  countOperation,
  enterOperation,
  frozenStateOperation,
  judgeProposalOperation,
  listNucleiOperation,
  liveOrderOperation,
  occupiedOperation,
  readLabelsOperation,
  settledStatesOperation,
  answerOperation,
  approvedNucleiOperation,
  judgeOperation,
  nextReviewOperation,
  reviewOfOperation,
  takeBackOperation,
  convertUploadOperation,
  fetchAddressOperation,
  forgetVersionsOperation,
  nudgeDeliveriesOperation,
  nudgeDepositsOperation,
  nudgeFreezerOperation,
  nudgeImportsOperation,
  nudgeStudiesOperation,
  stopDepositOperation,
  stopDepositsOperation,
  stopFreezingOperation,
  stopImportOperation,
  stopPreparationOperation,
  uploadStateOperation,
];
