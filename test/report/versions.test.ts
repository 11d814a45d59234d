import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import type { Result } from "../../src/krm/result.ts";
import type { Content, ContentRequest } from "../../src/registry/inspection.ts";
import { versionsOf } from "../../src/report/versions.ts";

const [before, after, config] = ["1", "2", "3"].map((sign) => `sha256:${sign.repeat(64)}`);
const moved: Result = {
  severity: "info",
  message: "moved",
  field: { path: "image", currentValue: `r.example/a:1@${before}`, proposedValue: `r.example/a:1@${after}` },
};
const version = (text: string) => ({ "org.opencontainers.image.version": text });

/** A registry in which one image has this configuration. */
function serving(text: string) {
  return async (_: unknown, { reference }: ContentRequest): Promise<Content | undefined> => {
    const found: Readonly<Record<string, string>> = {
      [after ?? ""]: JSON.stringify({ config: { digest: config }, annotations: version("of the manifest") }),
      [config ?? ""]: text,
    };
    const body = found[reference];
    if (body === undefined) return undefined;
    return { digest: parseDigest(reference), body: Buffer.from(body), mediaType: "" };
  };
}

const platform = { os: "linux", architecture: "amd64" };

describe("versionsOf", () => {
  test("takes what a configuration says before what its manifest does", async () => {
    const read = serving(JSON.stringify({ ...platform, config: { Labels: version("1.1") } }));

    expect(await versionsOf([moved], read)).toEqual(
      new Map([[`r.example/a:1@${after}`, { version: "1.1", platforms: ["linux/amd64"] }]]),
    );
  });

  test("leaves out what is longer than can be shown", async () => {
    const read = serving(JSON.stringify({ ...platform, config: { Labels: version("v".repeat(1_025)) } }));

    expect([...(await versionsOf([moved], read)).values()]).toEqual([
      { version: "of the manifest", platforms: ["linux/amd64"] },
    ]);
  });

  test("reads no configuration that has more values than any", async () => {
    const read = serving(JSON.stringify({ ...platform, x: Array.from({ length: 130_000 }, () => ({})) }));

    expect(await versionsOf([moved], read)).toEqual(new Map());
  });
});
