import type { Page } from "@playwright/test";

interface Answer {
  readonly result?: { readonly data: { readonly json: unknown; readonly meta?: { readonly values?: unknown } } };
}

/** Of a written answer (core/contract/api-transformer.ts). */
const WRITTEN = JSON.stringify([["custom", "written-json"]]);

async function answerOf<T>(path: string, response: { json(): Promise<unknown> }): Promise<T> {
  const { result } = (await response.json()) as Answer;
  if (!result) throw new Error(`${path} was refused: ${JSON.stringify(await response.json())}`);
  const { json, meta } = result.data;
  return (JSON.stringify(meta?.values) === WRITTEN ? JSON.parse(String(json)) : json) as T;
}

/** A change by the API, as the person signed in on the page. */
export async function change<T>(page: Page, address: string, path: string, input: unknown): Promise<T> {
  const response = await page.request.post(`${address}/trpc/${path}`, {
    data: { json: input },
    headers: { origin: address },
  });
  return answerOf<T>(path, response);
}

/** The same from within the page: only the browser knows the name that a colleague's computer has for the server. */
export async function changeFromPage<T>(page: Page, path: string, input: unknown): Promise<T> {
  const answer = await page.evaluate(
    async ([url, body]) => {
      const headers = { "content-type": "application/json" };
      return (await (await fetch(url, { method: "POST", headers, body })).json()) as unknown;
    },
    [`/trpc/${path}`, JSON.stringify({ json: input })] as const,
  );
  return answerOf<T>(path, { json: async () => answer });
}

/** A question to the API, likewise: the server's own word, whatever the page shows. */
export async function ask<T>(page: Page, address: string, path: string, input: unknown): Promise<T> {
  const query = encodeURIComponent(JSON.stringify({ json: input }));
  return answerOf<T>(path, await page.request.get(`${address}/trpc/${path}?input=${query}`));
}
