import { describe, expect, test } from "vitest";
import {
  InvalidPlatformError,
  missingPlatforms,
  type PlatformDescriptor,
  parsePlatform,
  platformsOf,
  selectPlatform,
} from "../../src/image/platform.ts";

interface Child extends PlatformDescriptor {
  readonly name: string;
}

function child(name: string, described = name): Child {
  const [os = "", architecture = "", variant] = described.split("/");
  const [system = "", version] = os.split("(");
  return {
    name,
    platform: {
      os: system,
      architecture,
      ...(variant !== undefined && { variant }),
      ...(version !== undefined && { "os.version": version.slice(0, -1) }),
    },
  };
}

const children = (...names: readonly string[]): readonly Child[] => names.map((name) => child(name));

const attestation: Child = {
  name: "attestation",
  platform: { os: "unknown", architecture: "unknown" },
  annotations: { "vnd.docker.reference.type": "attestation-manifest" },
};

describe("parsePlatform", () => {
  test.each([
    ["linux/amd64", "linux/amd64"],
    ["Linux/AMD64", "linux/amd64"],
    ["linux/x86_64", "linux/amd64"],
    ["linux/x86-64", "linux/amd64"],
    ["linux/amd64/v1", "linux/amd64"],
    ["linux/amd64/v3", "linux/amd64/v3"],
    ["linux/aarch64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64"],
    ["linux/arm64/8", "linux/arm64"],
    ["linux/arm64/v9.2", "linux/arm64/v9.2"],
    ["linux/arm", "linux/arm/v7"],
    ["linux/arm/7", "linux/arm/v7"],
    ["linux/arm/6", "linux/arm/v6"],
    ["linux/armhf", "linux/arm/v7"],
    ["linux/armel", "linux/arm/v6"],
    ["linux/i386", "linux/386"],
    ["linux/386/sse2", "linux/386"],
    ["macos/arm64", "darwin/arm64"],
    ["linux/ppc64le", "linux/ppc64le"],
    ["windows(10.0.17763)/amd64", "windows(10.0.17763)/amd64"],
  ])("reads %s as %s, and that as itself", (text, normal) => {
    const platform = parsePlatform(text);

    expect(platform.name).toBe(normal);
    expect(parsePlatform(normal)).toEqual(platform);
  });

  test.each([
    "",
    "linux",
    "arm64",
    "linux/",
    "/amd64",
    "linux/arm/v7/x",
    "linux /amd64",
    "linux/amd64,linux/arm64",
  ])("refuses %j, since a part that is left out would be this machine's", (text) => {
    expect(() => parsePlatform(text)).toThrow(InvalidPlatformError);
    expect(() => parsePlatform(text)).toThrow(
      `${JSON.stringify(text)} is not a platform: write it as "linux/arm64"`,
    );
  });
});

describe("selectPlatform", () => {
  test.each([
    { wanted: "linux/arm64", has: ["linux/amd64", "linux/arm64"], found: "linux/arm64" },
    { wanted: "linux/arm64", has: ["linux/amd64", "linux/arm64/v8"], found: "linux/arm64/v8" },
    { wanted: "linux/aarch64/v8", has: ["linux/arm64"], found: "linux/arm64" },
    { wanted: "linux/arm", has: ["linux/arm/v6", "linux/arm/v7"], found: "linux/arm/v7" },
    { wanted: "linux/arm/v7", has: ["linux/arm/v5", "linux/arm/v6"], found: "linux/arm/v6" },
    { wanted: "linux/arm/v7", has: ["linux/arm/v5", "linux/arm"], found: "linux/arm" },
    { wanted: "linux/arm/v8", has: ["linux/arm/v6", "linux/arm/v7"], found: "linux/arm/v7" },
    { wanted: "linux/arm64/v9", has: ["linux/arm64", "linux/arm64/v8.5"], found: "linux/arm64/v8.5" },
    { wanted: "linux/arm64/v9.1", has: ["linux/arm64/v8.6", "linux/arm64/v9"], found: "linux/arm64/v9" },
    { wanted: "linux/arm64/v8.2", has: ["linux/arm64/v8.1", "linux/arm64"], found: "linux/arm64/v8.1" },
    { wanted: "linux/amd64/v3", has: ["linux/amd64", "linux/amd64/v2"], found: "linux/amd64/v2" },
    { wanted: "linux/amd64/v3", has: ["linux/386", "linux/amd64"], found: "linux/amd64" },
    { wanted: "linux/amd64", has: ["linux/amd64/v2", "linux/amd64"], found: "linux/amd64" },
    {
      wanted: "windows(10.0.17763)/amd64",
      has: ["windows(10.0.20348.1)/amd64", "windows(10.0.17763.6414)/amd64"],
      found: "windows(10.0.17763.6414)/amd64",
    },
    {
      wanted: "windows(10.0.17763)/amd64",
      has: ["windows(10.0.17763.973)/amd64", "windows(10.0.17763.6414)/amd64"],
      found: "windows(10.0.17763.6414)/amd64",
    },
    { wanted: "windows(10.0.17763)/amd64", has: ["windows/amd64"], found: "windows/amd64" },
    {
      wanted: "windows/amd64",
      has: ["linux/amd64", "windows(10.0.17763.6414)/amd64"],
      found: "windows(10.0.17763.6414)/amd64",
    },
  ])("finds $found for $wanted in $has", ({ wanted, has, found }) => {
    const choice = selectPlatform(children(...has), parsePlatform(wanted));

    expect(choice).toMatchObject({ kind: "found", manifest: { name: found } });
  });

  test.each([
    { wanted: "linux/s390x", has: ["linux/amd64", "linux/arm64"] },
    { wanted: "windows/amd64", has: ["linux/amd64"] },
    { wanted: "linux/arm/v6", has: ["linux/arm/v7"] },
    { wanted: "linux/amd64", has: ["linux/386"] },
    { wanted: "linux/amd64", has: ["linux/amd64/v2"] },
    { wanted: "linux/arm64", has: ["linux/arm/v7"] },
    { wanted: "linux/arm64/v9", has: ["linux/arm64/v8.6"] },
    { wanted: "linux/arm64/v8.1", has: ["linux/arm64/v9"] },
    { wanted: "linux/riscv64", has: ["linux/riscv64/rva23"] },
    { wanted: "windows(10.0.1776)/amd64", has: ["windows(10.0.17763.1)/amd64"] },
  ])("finds nothing for $wanted in $has, and says what there is", ({ wanted, has }) => {
    const choice = selectPlatform(children(...has), parsePlatform(wanted));

    expect(choice).toEqual({ kind: "missing", has });
  });

  test("does not choose between builds of Windows where none is named", () => {
    const has = ["windows(10.0.17763.6414)/amd64", "windows(10.0.20348.2700)/amd64"];

    const choice = selectPlatform(children(...has), parsePlatform("windows/amd64"));

    expect(choice).toEqual({ kind: "ambiguous", has });
  });

  test("takes the first of two that are alike, but the one that needs no feature", () => {
    const special: Child = {
      name: "special",
      platform: { os: "linux", architecture: "amd64", "os.features": ["erofs"] },
    };
    const manifests = [special, child("first", "linux/amd64"), child("second", "linux/amd64")];

    const choice = selectPlatform(manifests, parsePlatform("linux/amd64"));

    expect(choice).toMatchObject({ kind: "found", manifest: { name: "first" } });
  });

  test("takes no attestation for an image, whatever platform it names", () => {
    const signed: Child = { ...attestation, platform: { os: "linux", architecture: "amd64" } };

    const choice = selectPlatform([signed, attestation, { name: "bare" }], parsePlatform("linux/amd64"));

    expect(choice).toEqual({ kind: "missing", has: [] });
  });
});

describe("missingPlatforms", () => {
  test.each([
    { has: ["linux/amd64", "linux/arm64"], required: ["linux/amd64"], missing: [] },
    {
      has: ["linux/amd64"],
      required: ["linux/arm64", "linux/amd64", "linux/386"],
      missing: ["linux/arm64", "linux/386"],
    },
    { has: ["linux/arm/v6"], required: ["linux/arm"], missing: [] },
    {
      has: ["windows(10.0.17763.1)/amd64", "windows(10.0.20348.1)/amd64"],
      required: ["windows/amd64"],
      missing: [],
    },
    {
      has: ["windows(10.0.17763.1)/amd64"],
      required: ["windows(10.0.20348)/amd64"],
      missing: ["windows(10.0.20348)/amd64"],
    },
    { has: [], required: ["linux/amd64"], missing: ["linux/amd64"] },
    { has: [], required: [], missing: [] },
  ])("of $required where there is $has is $missing", ({ has, required, missing }) => {
    expect(missingPlatforms(has, required.map(parsePlatform))).toEqual(missing);
  });
});

describe("platformsOf", () => {
  test("lists each platform once, in the order of the index, without attestations", () => {
    const manifests = [
      ...children("linux/amd64", "linux/arm64/v8", "linux/arm64", "linux/arm/v7"),
      attestation,
    ];

    expect(platformsOf(manifests)).toEqual(["linux/amd64", "linux/arm64", "linux/arm/v7"]);
  });
});
