import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "../html.ts";

describe("the html tag", () => {
  it("escapes whatever is not markup of its own", () => {
    const name = `<script>"&'`;
    expect(String(html`<p title="${name}">${name}</p>`)).toBe(
      '<p title="&lt;script&gt;&quot;&amp;&#39;">&lt;script&gt;&quot;&amp;&#39;</p>',
    );
  });

  it("nests templates and lists, and leaves nothing for null, undefined and false", () => {
    const items = ["a", "<b>"].map((text) => html`<li>${text}</li>`);
    expect(String(html`<ul>${items}${null}${undefined}${false}${0}</ul>`)).toBe(
      "<ul><li>a</li><li>&lt;b&gt;</li>0</ul>",
    );
  });

  it("lets no text open a tag or close an attribute", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(String(html`${text}`)).not.toMatch(/[<>"']/);
      }),
    );
  });
});
