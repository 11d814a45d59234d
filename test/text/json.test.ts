import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/text/json.ts";

const size = 8 * 1_048_576;

/** About eight megabytes of JSON. */
function fill(start: string, repeated: string, end: string): string {
  return start + repeated.repeat(Math.floor((size - start.length - end.length) / repeated.length)) + end;
}

describe("parseJson", () => {
  test("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test.each([
    ["empty objects", fill('{"schemaVersion":2,"x":[{}', ",{}", "]}")],
    ["empty arrays", fill('{"x":[[]', ",[]", "]}")],
    ["numbers", fill('{"x":[0', ",0", "]}")],
    ["members", fill('{"x":{"":0', ',"":0', "}}")],
    ["arrays in arrays", fill("", "[", "")],
    ["objects in objects", fill("", '{"":', "")],
    ["empty objects behind a quote that is escaped", fill('["\\"",{}', ",{}", "]")],
  ])("does not read eight megabytes of %s", (_, text) => {
    expect(() => parseJson(text)).toThrow("it has more than 250000 values");
  });

  test.each([
    ["a long string", fill('{"x":"', "a", '"}')],
    ["a string of brackets and commas", fill('{"x":"', "{[,", '"}')],
    ["a string of escaped quotes", fill('{"x":"', '{\\",', '"}')],
    ["a string of backslashes", fill('{"x":"', "\\\\", '","y":[]}')],
    ["an index of many images", `{"manifests":[${indexed(20_000)}]}`],
  ])("reads %s", (_, text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});

function indexed(images: number): string {
  return Array.from({ length: images }, (_, at) =>
    JSON.stringify({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: `sha256:${at.toString(16).padStart(64, "0")}`,
      size: 7_682,
      platform: { architecture: "amd64", os: "linux" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest", "org.acme.part": String(at) },
    }),
  ).join();
}
