import { useCallback, useMemo, useState } from "react";
import type { EditorApi } from "../../components/editor/editor-contract.ts";
import { openReview, type Review } from "../../components/review/open-review.ts";
import { useTRPCClient } from "../_trpc/trpc.ts";
import { createReviewPorts } from "./review-ports.ts";

/** The queue of one volume's editor: `attach` is for the editor, `review` is null until it has called it. */
export function useReview(
  volumeId: string,
  userId: string,
): { readonly review: Review | null; attach(api: EditorApi): () => void } {
  const client = useTRPCClient();
  const ports = useMemo(() => createReviewPorts(client, volumeId, userId), [client, volumeId, userId]);
  const [review, setReview] = useState<Review | null>(null);
  const attach = useCallback(
    (api: EditorApi) => {
      const opened = openReview(api, ports);
      setReview(opened);
      return () => {
        opened.close();
        setReview(null);
      };
    },
    [ports],
  );
  return { review, attach };
}
