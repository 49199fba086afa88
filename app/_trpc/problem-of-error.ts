import { isProblem, type ProblemFields } from "../../core/problem.ts";

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** What the server said before it came to a procedure: fields of a Problem as plain JSON. */
export const problemOfAnswer = (body: unknown): ProblemFields | null =>
  isRecord(body) && typeof body.tag === "string" && typeof body.what === "string"
    ? (body as unknown as ProblemFields)
    : null;

/** What a failed call says to a person. Shapes: `errorFormatter` of server/trpc.ts. */
export function problemOfError(error: unknown): ProblemFields {
  if (isProblem(error)) return error.toJSON();
  const data = isRecord(error) && isRecord(error.data) ? error.data : null;
  if (data && isRecord(data.problem) && typeof data.problem.what === "string")
    return data.problem as unknown as ProblemFields;
  if (data && data.code === "BAD_REQUEST")
    return { tag: "bad-request", what: "The server did not understand this.", hint: "Reload the page and try again." };
  if (data?.code === "INTERNAL_SERVER_ERROR" && typeof data.requestId === "string")
    return {
      tag: "server-error",
      what: "Something went wrong on the server.",
      hint: "Try again. If it happens again, tell whoever runs this server which request failed:",
      requestId: data.requestId,
    };
  if (data) return { tag: String(data.code), what: error instanceof Error ? error.message : "This failed." };
  const answer = isRecord(error) && isRecord(error.meta) ? problemOfAnswer(error.meta.responseJSON) : null;
  if (answer) return answer;
  return {
    tag: "offline",
    what: "The server cannot be reached.",
    hint: "Check that it is running and that you are connected; this page tries again by itself.",
  };
}

/** True where no answer came at all, as opposed to an answer that refuses. */
export const isOffline = (error: unknown): boolean => problemOfError(error).tag === "offline";
