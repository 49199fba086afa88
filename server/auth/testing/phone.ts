import { createHmac } from "node:crypto";

/** An app on a phone: reads what the picture says, and computes by RFC 6238 on its own. */
export function phone(url: string) {
  const parameters = new URL(url).searchParams;
  let bits = "";
  for (const letter of parameters.get("secret") ?? "")
    bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  return (stepsAway = 0): string => {
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + stepsAway));
    const mac = createHmac("sha1", key).update(step).digest();
    const number = mac.readUInt32BE(mac[19] & 15) & 0x7fff_ffff;
    return String(number % 1_000_000).padStart(6, "0");
  };
}
