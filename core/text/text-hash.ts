/**
 * 32 bits of a text, the same everywhere and for ever. FNV-1a, and murmur3's last steps because FNV's high bits hardly move with the
 * last digit. Against chance alone, not against people.
 */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
