import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
  ...readdirSync(join(root, "examples"))
    .map((name) => join("examples", name, "README.md"))
    .filter((path) => existsSync(join(root, path))),
];

/** The addresses of a page's links; code is no text. */
function linksOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^```.*?^```|`[^`\n]*`/gms, "");
  return [...text.matchAll(/\]\((?<address>[^)\s]+)\)/g)].map(({ groups }) => groups?.address ?? "");
}

/** The anchors that a forge makes of a page's headings. */
function anchorsOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^```.*?^```/gms, "");
  return [...text.matchAll(/^#+ (?<title>.+)$/gm)].map(({ groups }) =>
    (groups?.title ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documentation", () => {
  test.each(pages)("of %s links to what is there", (page) => {
    for (const link of linksOf(page)) {
      if (/^https?:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      expect(existsSync(join(root, target)), `${page}: ${link}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), `${page}: ${link}`).toContain(anchor);
    }
  });

  test("begins with a README that is read in one go, and leads to every page", () => {
    const linked = linksOf("README.md");

    expect(statSync(join(root, "README.md")).size).toBeLessThan(12 * 1024);
    for (const page of pages.filter((name) => name.startsWith("docs/"))) expect(linked).toContain(page);
  });
});
