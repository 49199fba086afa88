import { router } from "../../trpc.ts";
import { cancel, discard, forget, goOn, publish } from "./change-deposit.ts";
import { listDeposits } from "./list-deposits.ts";
import { makeDraft } from "./make-draft.ts";
import { keepToken, myTokens, removeToken } from "./tokens.ts";

/** Dataset versions at Zenodo: a draft with a reserved DOI first, and then, as an act of its own, the record. */
export const zenodoRouter = router({
  list: listDeposits,
  myTokens,
  keepToken,
  removeToken,
  cancel,
  makeDraft,
  goOn,
  publish,
  discard,
  forget,
});
