import superjson, { SuperJSON } from "superjson";

/** An answer whose JSON has been written already. */
class WrittenJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const answers = new SuperJSON();
answers.registerCustom<WrittenJson, string>(
  {
    isApplicable: (value): value is WrittenJson => value instanceof WrittenJson,
    serialize: ({ text }) => text,
    deserialize: (text) => JSON.parse(text),
  },
  "written-json",
);

/**
 * How calls and answers of the API travel; pages and programs use the same. Only an answer may hold written JSON: what
 * comes in is looked at as it stands (server/entrance/json-bounds.ts).
 */
export const apiTransformer = { input: superjson, output: answers };

/**
 * For a long answer of plain JSON values: whoever asked gets the value, and superjson, which walks every number at ten times the
 * cost of writing it, does not see it. A procedure that is called without HTTP returns the text in its wrapping.
 */
export const writtenAnswer = <T>(text: string): T => new WrittenJson(text) as unknown as T;
