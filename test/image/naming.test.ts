import { describe, expect, test } from "vitest";
import { naming } from "../../src/image/naming.ts";

describe("naming", () => {
  test.each([
    ["nginx:1", "has no digest", '"nginx:1" has no digest'],
    ["nginx:1", "has the digest of nginx:2", '"nginx:1" has the digest of nginx:2'],
    ["nginx:1@sha256:11", "the tag now means sha256:22", '"nginx:1@sha256:11": the tag now means sha256:22'],
    ["nginx:1@sha256:11", 'can\'t resolve "nginx:1": no', 'can\'t resolve "nginx:1": no'],
    ["a\nx: Waiting", "must be an image", '"a\\nx:…" must be an image'],
    ["", "must name an image, but is empty", "must name an image, but is empty"],
    [" ", "must name an image, but is empty", "must name an image, but is empty"],
    [undefined, "has no digest", "has no digest"],
    ["\u202e", "is odd", '"\u202e" is odd'],
  ])("says of %j: %s", (value, message, named) => {
    expect(naming(value, message)).toBe(named);
  });
});
