import { describe, expect, test } from "vitest";
import { createTokenShelf } from "../../../src/registry/auth/token-shelf.ts";

describe("TokenShelf", () => {
  test("has the oldest forgotten where there is too much", () => {
    const shelf = createTokenShelf(10);
    const forgotten: string[] = [];
    const put = (name: string, length: number) => shelf.put(length, () => forgotten.push(name));

    put("a", 4);
    put("b", 6);
    expect(forgotten).toEqual([]);
    put("c", 5);
    expect(forgotten).toEqual(["a", "b"]);
    put("d", 5);

    expect(forgotten).toEqual(["a", "b"]);
  });

  test("forgets at once what is larger than all of it", () => {
    const forgotten: string[] = [];

    createTokenShelf(10).put(11, () => forgotten.push("a"));

    expect(forgotten).toEqual(["a"]);
  });
});
