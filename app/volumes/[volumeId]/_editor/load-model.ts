import type { LoadModel } from "../../../../components/segmenter/click-model.ts";
import { MAX_PACKED_BYTES } from "../../../../core/checkpoint/packed-model.ts";
import { isProblem, Problem } from "../../../../core/problem.ts";

/** The model of the volume's project. Once loaded, the browser asks only whether it is still the one. */
export const loadModelOf =
  (volumeId: string): LoadModel =>
  async (onShare) => {
    try {
      const response = await fetch(`/api/volumes/${volumeId}/current-model`);
      if (!response.ok || !response.body) throw await refusalOf(response);
      const total = Number(response.headers.get("content-length"));
      if (!(total <= MAX_PACKED_BYTES)) throw new Problem({ tag: "model-damaged", what: "The model is too large." });
      const bytes = new Uint8Array(total);
      let at = 0;
      for (const reader = response.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        if (at + value.length > total)
          throw new Problem({ tag: "model-damaged", what: "The model did not arrive whole." });
        bytes.set(value, at);
        at += value.length;
        onShare(at / total);
      }
      return bytes.subarray(0, at);
    } catch (error) {
      if (isProblem(error)) throw error;
      throw new Problem({ tag: "offline", what: "The server cannot be reached, and the model was not loaded before." });
    }
  };

async function refusalOf(response: Response): Promise<Problem> {
  const said: { what?: unknown } = await response.json().catch(() => ({}));
  const what = typeof said.what === "string" ? said.what : "The server did not send the model.";
  return new Problem({ tag: "no-model", what });
}
