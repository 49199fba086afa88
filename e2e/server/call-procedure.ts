import type { Page } from "@playwright/test";

interface Answer<T> {
  readonly result?: { readonly data: { readonly json: T } };
}

async function answerOf<T>(path: string, response: { json(): Promise<unknown> }): Promise<T> {
  const { result } = (await response.json()) as Answer<T>;
  if (!result) throw new Error(`${path} was refused: ${JSON.stringify(await response.json())}`);
  return result.data.json;
}

/** A change by the API, as the person signed in on the page. */
export async function change<T>(page: Page, address: string, path: string, input: unknown): Promise<T> {
  const response = await page.request.post(`${address}/trpc/${path}`, {
    data: { json: input },
    headers: { origin: address },
  });
  return answerOf<T>(path, response);
}

/** A question to the API, likewise: the server's own word, whatever the page shows. */
export async function ask<T>(page: Page, address: string, path: string, input: unknown): Promise<T> {
  const query = encodeURIComponent(JSON.stringify({ json: input }));
  return answerOf<T>(path, await page.request.get(`${address}/trpc/${path}?input=${query}`));
}
