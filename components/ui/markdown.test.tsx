import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { MarkdownText } from "./markdown.tsx";

const render = (text: string): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <main>
        <MarkdownText text={text} />
      </main>
    </MantineProvider>,
  ).split("<main>")[1];

it("renders what guidelines are made of", () => {
  const html = render("# Rules\n\n- **touching** nuclei are two\n\n[atlas](https://example.org/a)");
  expect(html).toMatch(/<h3[^>]*>Rules<\/h3>/); // below the headings of the page
  expect(html).toContain("<strong>touching</strong>");
  expect(html).toMatch(/<a[^>]*href="https:\/\/example\.org\/a"/);
});

it.each([
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  '<iframe src="https://evil.example"></iframe>',
  "![x](https://evil.example/pixel.png)",
  "[x](javascript:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
])("never lets HTML or foreign addresses through: %s", (text) => {
  const html = render(`before ${text} after`);
  expect(html).toContain("before");
  expect(html).not.toMatch(/<script|<img|<iframe|<[^>]*src=|<[^>]*href="(javascript|data):/);
});
