import superjson from "superjson";
import { expect, it } from "vitest";
import { apiTransformer, writtenAnswer } from "./api-transformer.ts";

const travel = (answer: unknown): unknown =>
  apiTransformer.output.deserialize(JSON.parse(JSON.stringify(apiTransformer.output.serialize(answer))));

it("a written answer arrives as its value, beside what superjson knows", () => {
  const value = { label: [1, 2], className: ['a "quoted" \u2028 name', null], people: [] };
  expect(travel(writtenAnswer(JSON.stringify(value)))).toEqual(value);
  expect(travel({ at: new Date(5), list: writtenAnswer(JSON.stringify(value)) })).toEqual({
    at: new Date(5),
    list: value,
  });
});

it("what comes in is never unpacked from a text: only its own JSON has been looked at", () => {
  const sent = { json: '{"deep":[[[[1]]]]}', meta: { values: [["custom", "written-json"]] } } as const;
  expect(() => apiTransformer.input.deserialize(sent as never)).toThrow();
  expect(apiTransformer.input).toBe(superjson);
});
