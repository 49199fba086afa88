/** Of one mail; what is more is counted. */
export const MOST_IN_A_MAIL = 20;

export interface MailText {
  readonly subject: string;
  /** Plain text: nothing in it runs, and nothing is fetched when it is read. */
  readonly text: string;
}

/** One mail of what a person has not read yet. `address`: of the installation, as people type it, without a slash at its end. */
export function composeMail(given: {
  readonly name: string;
  readonly told: readonly { readonly text: string; readonly path: string }[];
  readonly address: string;
}): MailText {
  const { name, told, address } = given;
  const shown = told.slice(0, MOST_IN_A_MAIL);
  const left = told.length - shown.length;
  const lines = [
    `Hello ${oneLine(name)},`,
    "",
    ...shown.flatMap(({ text, path }) => [`${oneLine(text)}.`, `${address}${path}`, ""]),
    ...(left > 0 ? [`And ${left} more: ${address}/work`, ""] : []),
    "--",
    `Karyoloop at ${address} sends this because you have an account there.`,
    `Which mails you get: ${address}/account`,
    "",
  ];
  const subject = told.length === 1 ? oneLine(told[0].text) : `${told.length} things for you in Karyoloop`;
  return { subject: cut(subject, 150), text: lines.join("\n") };
}

/** Names are of people: none of them begins a line, or a header, of its own. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();

const cut = (text: string, length: number): string => {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join("")}…`;
};
