import { TRPCClientError } from "@trpc/client";
import { expect, it } from "vitest";
import { problemOfError } from "./problem-of-error.ts";

const answered = (data: Record<string, unknown>) =>
  TRPCClientError.from({ error: { message: "Something went wrong on the server.", code: -32603, data } } as never);

it("names the request of a fault of the server, so that its line in the log can be found", () => {
  const problem = problemOfError(answered({ code: "INTERNAL_SERVER_ERROR", requestId: "0123456789ab" }));
  expect(problem).toMatchObject({ tag: "server-error", requestId: "0123456789ab" });
  expect(problem.hint).toContain("tell whoever runs this server which request failed");
});

it("names no request of what a person can set right", () => {
  const given = { tag: "email-taken", what: "There is an account with this email already." };
  expect(
    problemOfError(answered({ code: "UNPROCESSABLE_CONTENT", requestId: "0123456789ab", problem: given })),
  ).toEqual(given);
  expect(problemOfError(answered({ code: "FORBIDDEN", requestId: "0123456789ab" })).requestId).toBeUndefined();
});
