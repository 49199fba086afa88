/**
 * An ORCID as it is written, of whatever a person pasted: with its address, in small letters or without hyphens. Null where it is
 * none, or where its last character is not the check character of the others (ISO 7064, MOD 11-2).
 */
export function readOrcid(text: string): string | null {
  const digits = text
    .trim()
    .replace(/^(https?:\/\/)?(www\.)?orcid\.org\//i, "")
    .replaceAll("-", "")
    .toUpperCase();
  if (!/^\d{15}[\dX]$/.test(digits) || checkCharacterOf(digits.slice(0, 15)) !== digits[15]) return null;
  return [0, 4, 8, 12].map((at) => digits.slice(at, at + 4)).join("-");
}

function checkCharacterOf(digits: string): string {
  let total = 0;
  for (const digit of digits) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  return check === 10 ? "X" : String(check);
}
