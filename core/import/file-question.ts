/** What a file leaves open, or says twice and differently: asked on the page, answered by a flag on the command line. */
export type QuestionTopic =
  | "image"
  | "channel"
  | "time"
  | "voxel-size"
  | "labels-image"
  | "labels-channel"
  | "labels-time"
  | "labels-parts"
  | "labels-voxel-size";

export interface FileQuestion {
  readonly about: QuestionTopic;
  /** What is known, and the question; for a person. */
  readonly what: string;
  /** Empty where the answer is typed. */
  readonly choices: readonly { readonly answer: string; readonly words: string }[];
}

/** How the command line takes the answer. */
export const FLAGS: Readonly<Record<QuestionTopic, string>> = {
  image: "--image PATH",
  channel: "--channel N",
  time: "--time N|all",
  "voxel-size": "--voxel-size Z,Y,X",
  "labels-image": "--labels-image PATH",
  "labels-channel": "--labels-channel N|colours",
  "labels-time": "--labels-time N",
  "labels-parts": "--parts one-per-part|as-numbered",
  "labels-voxel-size": "--labels-voxel-size as-image",
};

/** The question as a hint: what to answer, and by which flag. */
export const flagHint = ({ about, choices }: FileQuestion): string =>
  `Answer with ${FLAGS[about]}${choices.length ? ` (${choices.map(({ answer, words }) => `${answer}: ${words}`).join("; ")})` : ""}.`;
