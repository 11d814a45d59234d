import { describe, expect, test } from "vitest";
import { utf8Fault } from "../../src/files/file-text.ts";

describe("utf8Fault", () => {
  test.each<[string, readonly number[]]>([
    ["nothing", []],
    ["text", [...Buffer.from("é ü 🎉")]],
    ["the sign for what can't be read, as somebody wrote it", [0xef, 0xbf, 0xbd]],
  ])("finds none in %s", (_, bytes) => {
    expect(utf8Fault(Buffer.from(bytes))).toBeUndefined();
  });

  test.each<[string, readonly number[], { line: number; column: number }]>([
    ["at the beginning", [0xff], { line: 1, column: 1 }],
    ["behind characters of many bytes", [...Buffer.from("é\nü🎉"), 0x80], { line: 2, column: 4 }],
    [
      "behind signs that stand there",
      [0xef, 0xbf, 0xbd, 0x0a, 0xef, 0xbf, 0xbd, 0xc3],
      { line: 2, column: 2 },
    ],
    ["in what ends too early", [...Buffer.from("a"), 0xf0, 0x9f, 0x8e], { line: 1, column: 2 }],
  ])("finds one %s", (_, bytes, position) => {
    expect(utf8Fault(Buffer.from(bytes))).toEqual(position);
  });
});
