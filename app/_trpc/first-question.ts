import superjson from "superjson";

/**
 * Address of the first question of an opened volume page: its volume, and who is there. A document names it to the
 * browser, which asks while the scripts are still coming. It must be what the batch link makes of the two queries.
 */
export function firstQuestionUrl(volumeId: string): string {
  const input = { 0: superjson.serialize({ volumeId }), 1: superjson.serialize(undefined) };
  return `/trpc/volume.byId,account.me?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`;
}
