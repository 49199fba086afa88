import { createTRPCClient, httpBatchLink } from "@trpc/client";
import superjson from "superjson";
import { expect, it } from "vitest";
import type { AppRouter } from "../../server/index.ts";
import { firstQuestionUrl } from "./first-question.ts";

it("the address that a document names is the one that the client asks", async () => {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(String(url));
    return Response.json([{ result: { data: { json: 1 } } }, { result: { data: { json: 2 } } }]);
  };
  const client = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: "/trpc", transformer: superjson, fetch })],
  });
  const volumeId = "34bca6c2-9461-4b99-b4d1-1cb67605261e";
  await Promise.all([client.volume.byId.query({ volumeId }), client.account.me.query()]);
  expect(asked).toEqual([firstQuestionUrl(volumeId)]);
});
