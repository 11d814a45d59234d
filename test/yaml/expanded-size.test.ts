import { describe, expect, test } from "vitest";
import { expandedSize } from "../../src/yaml/expanded-size.ts";
import { rootOf } from "../../src/yaml/node.ts";
import { scan } from "../../src/yaml/scan.ts";

async function sizeOf(text: string): Promise<number> {
  const yaml = await scan(text);
  return expandedSize(yaml, rootOf(yaml.documents[0] ?? 0));
}

describe("unfoldedSize", () => {
  test.each([
    ["a", 1],
    ["[a, b]", 3],
    ["{a: b}", 3],
    ["[&x [a, b], *x]", 7],
    ["[&x [a, b], *x, *x]", 10],
    ["[&x [a], &y [*x, *x], *y]", 13],
  ])("counts the nodes of %s as %i", async (text, size) => {
    expect(await sizeOf(text)).toBe(size);
  });

  test("takes no longer for what unfolds to more than any memory holds", async () => {
    const lines = Array.from({ length: 2000 }, (_, n) => `- &a${n + 1} [*a${n}, *a${n}]\n`);

    expect(await sizeOf(`- &a0 [x]\n${lines.join("")}`)).toBe(Number.POSITIVE_INFINITY);
  });
});
