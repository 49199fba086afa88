/** Distinct to people with colour-blindness on a dark ground (Okabe and Ito's set, lightened); names stand beside them. */
const COLORS = ["#56b4e9", "#e69f00", "#00b389", "#f0e442", "#4d94ff", "#ff7f50", "#d98cb3", "#b3b3b3"] as const;

/** The same person has the same colour for everybody. */
export function presenceColor(userId: string): string {
  let hash = 0;
  for (let i = 0; i < userId.length; i++) hash = (Math.imul(hash, 31) + userId.charCodeAt(i)) | 0;
  return COLORS[Math.abs(hash) % COLORS.length];
}
