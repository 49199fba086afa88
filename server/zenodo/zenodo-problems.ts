import { z } from "zod";
import { Problem } from "../../core/problem.ts";

/** What came back, whatever it says. */
export interface ZenodoAnswer {
  readonly status: number;
  /** Null where it is no JSON. */
  readonly json: unknown;
  readonly retryAfter: string | undefined;
}

const errorSchema = z.object({
  message: z.string().optional(),
  errors: z
    .array(
      z.object({
        field: z.string().optional(),
        message: z.string().optional(),
        messages: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

/** A stranger's sentence, cut, on one line. */
const plain = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, 300);

/** What is told of an answer that is none of success. */
export function problemOfAnswer({ status, json }: ZenodoAnswer): Problem {
  const parsed = errorSchema.safeParse(json);
  const { message = "", errors = [] } = parsed.success ? parsed.data : {};
  const said = plain(message);
  if (status === 401)
    return new Problem({
      tag: "zenodo-token-refused",
      what: "Zenodo does not know your token, or not any more.",
      hint: "Make a new one there, with the scopes deposit:write and deposit:actions, and keep it here; then go on.",
    });
  if (status === 403)
    return new Problem({
      tag: "zenodo-forbidden",
      what: "Zenodo does not let your token do this.",
      where: said || undefined,
      hint: "It needs the scopes deposit:write and deposit:actions, and the record has to be yours. A token of the sandbox works in the sandbox only.",
    });
  if (status === 404 || status === 410) return draftGone();
  if (status === 413 || (status === 400 && /quota|too large|file size|storage/i.test(said))) return tooLarge(said);
  if (status === 409)
    return new Problem({
      tag: "zenodo-conflict",
      what: "Zenodo says that the record is in another state than expected.",
      where: said || undefined,
      hint: "Look at it there: somebody may have changed it. Then go on.",
    });
  if (status === 429)
    return new Problem({
      tag: "zenodo-busy",
      what: "Zenodo asks to be asked less often.",
      hint: "Go on in some minutes: what is there already is kept.",
    });
  if (status >= 500)
    return new Problem({
      tag: "zenodo-unwell",
      what: `Zenodo could not do it (${status}).`,
      hint: "Go on later: what is there already is kept.",
    });
  const fields = errors
    .slice(0, 5)
    .map((one) => plain(`${one.field ?? ""}: ${one.message ?? one.messages?.join(" ") ?? ""}`));
  return new Problem({
    tag: "zenodo-refused",
    what: `Zenodo does not take it${said ? `: ${said}` : ` (${status})`}`,
    where: fields.join("; ") || undefined,
    hint: "Correct what it names in the form, freeze a new version, and make its draft.",
  });
}

export const draftGone = (): Problem =>
  new Problem({
    tag: "zenodo-draft-gone",
    what: "The draft is not at Zenodo any more: somebody has deleted it there, or it belongs to another account.",
    hint: "Go on to make a new one, which has another DOI.",
  });

export const tooLarge = (said = ""): Problem =>
  new Problem({
    tag: "zenodo-too-large",
    what: "The data set is larger than Zenodo lets this record be.",
    where: said || undefined,
    hint: "A record holds 50 GB. Zenodo gives more on request: ask its support, then go on; or divide the project.",
  });

/** Nothing came back, or not in time. */
export const unreachable = (error: unknown): Problem =>
  new Problem({
    tag: "zenodo-unreachable",
    what: `Zenodo does not answer as it should: ${plain(error instanceof Error ? error.message : String(error))}.`,
    hint: "Go on when the network is there again: what was sent whole is kept.",
  });

/** An answer of success that is not what the documentation says. */
export const notUnderstood = (what: string): Problem =>
  new Problem({
    tag: "zenodo-not-understood",
    what: `Zenodo's answer is not understood: ${what}.`,
    hint: "Zenodo may have changed. Nothing was published; the server's administrator should look for a newer version of Karyoloop.",
  });

export const versionGone = (): Problem =>
  new Problem({
    tag: "no-such-version",
    what: "This dataset version was deleted: there is nothing to send.",
    hint: "Discard the draft.",
  });
