import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { configSchema } from "../../src/config/config-schema.ts";
import { FunctionConfigError } from "../../src/config/config-sources.ts";
import { FieldPathError, parsePath } from "../../src/krm/field-path.ts";
import { readLockFile } from "../../src/lock/format/lock-file.ts";
import { LockFileError } from "../../src/lock/format/lock-file-error.ts";
import { lockSchema } from "../../src/lock/format/lock-schema.ts";
import { pinDigests } from "../../src/pin-digests.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

const ajv = new Ajv.default({ strict: true, strictRequired: false, allowUnionTypes: true });
const accepts = { PinDigests: ajv.compile(configSchema()), ImageLock: ajv.compile(lockSchema()) };

/** An object of one of our kinds, and where it stands. */
interface Found {
  readonly place: string;
  readonly kind: keyof typeof accepts;
  readonly object: unknown;
}

function filesBelow(folder: string, form: RegExp): readonly string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((name) => form.test(name))
    .sort();
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
}

/** The objects of our kinds in a text, those within a ResourceList too. */
function objectsIn(place: string, text: string): readonly Found[] {
  const found: Found[] = [];
  const look = (object: unknown): void => {
    const kind = kindOf(object);
    if (kind === "PinDigests" || kind === "ImageLock") found.push({ place, kind, object });
    if (typeof object !== "object" || object === null || kind !== "ResourceList") return;
    if ("functionConfig" in object) look(object.functionConfig);
    if ("items" in object && Array.isArray(object.items)) object.items.forEach(look);
  };
  for (const document of parseAllDocuments(text, { logLevel: "error" }))
    if (document.errors.length === 0) look(document.toJS());
  return found;
}

function blocksOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```ya?ml\n(?<block>.*?)^```$/gms)].map(({ groups }) => groups?.block ?? "");
}

const read = (file: string): string => readFileSync(join(repository, file), "utf8");
const pages = ["README.md", ...filesBelow("docs", /\.md$/), ...filesBelow("examples", /\.md$/)];
const examples = filesBelow("examples", /\.ya?ml$/);
const cases = filesBelow("test/cases", /\/(?:input|config)\.(?:ya?ml|json)$/);

const written: readonly Found[] = [
  ...pages.flatMap((page) => blocksOf(read(page)).flatMap((block) => objectsIn(page, block))),
  ...[...examples, ...cases].flatMap((file) => objectsIn(file, read(file))),
];

/** Whether the program takes an object. */
async function isTaken({ kind, object }: Found): Promise<boolean> {
  const text = stringify(object);
  try {
    if (kind === "ImageLock") await readLockFile(text);
    else return await isConfigTaken(text);
    return true;
  } catch (error) {
    if (error instanceof LockFileError || error instanceof FunctionConfigError) return false;
    throw error;
  }
}

/** Whether the files that it names are there is another question. */
async function isConfigTaken(functionConfig: string): Promise<boolean> {
  const options = { functionConfig, functionConfigFolder: repository };
  const { results } = await pinDigests("kind: ResourceList\nitems: []\n", options);
  return results.every(({ severity, message }) => severity !== "error" || /must name a file/.test(message));
}

describe("the schemas", () => {
  test("are asked about each configuration and lock of docs, examples and cases", () => {
    const places = new Set(written.map(({ place }) => place));

    for (const place of ["README.md", "docs/configuration.md", "examples/kpt-lock/image-lock.yaml"])
      expect(places).toContain(place);
    expect(written.length).toBeGreaterThan(15);
  });

  test.each(written)("say of $kind in $place what the program says", async (found) => {
    const schema = accepts[found.kind];

    expect(schema(found.object), JSON.stringify(schema.errors)).toBe(await isTaken(found));
  });

  test.each(examples.filter((file) => /^kind: (?:PinDigests|ImageLock)$/m.test(read(file))))(
    "are named by %s, for editors",
    (file) => {
      const { path = "" } = /^# yaml-language-server: \$schema=(?<path>\S+)\n/.exec(read(file))?.groups ?? {};
      const schema = resolve(repository, dirname(file), path);
      const kind = /^kind: (?<kind>\w+)$/m.exec(read(file))?.groups?.kind;

      expect(schema).toBe(join(repository, `dist/schema/${kind}.json`));
    },
  );

  test("lie in the package as the program prints them", () => {
    const built = (name: string): unknown => JSON.parse(read(`dist/schema/${name}.json`));

    expect(built("PinDigests")).toEqual(JSON.parse(JSON.stringify(configSchema())));
    expect(built("ImageLock")).toEqual(JSON.parse(JSON.stringify(lockSchema())));
  });
});

describe("the schema of PinDigests", () => {
  const key =
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEWSbnaMqmW0O+ynRCSrlBPwGSg339\nyb/oyn5gsgSVlou7CG4E+fZwH8nOznw1D/IQKDhxKyTisgxFBCHTsznSBw==\n-----END PUBLIC KEY-----\n";
  const keyless = { issuer: "https://a", subject: "b" };
  const signed = (fields: object): object => ({ signatures: [{ images: ["ghcr.io/acme/*"], ...fields }] });
  const many = (count: number, make: (at: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, at) => make(at));

  const configuration = (options: object): Found => ({
    place: "",
    kind: "PinDigests",
    object: { apiVersion: "fn.kpt.dev/v1alpha1", kind: "PinDigests", ...options },
  });

  test.each<[what: string, options: object, isRight: boolean]>([
    ["nothing", {}, true],
    ["metadata of any sort", { metadata: { name: "x", labels: { a: "b" } } }, true],
    ["another version", { apiVersion: "fn.kpt.dev/v1" }, false],
    ["an unknown option", { tags: "drop" }, false],
    ["an option of an unknown word", { tag: "none" }, false],
    ["empty groups and lists", { network: null, check: null, include: null, registries: null }, true],
    ["numbers and flags in quotes", { network: { retries: "3" }, builtIn: "false" }, true],
    ["numbers and flags", { network: { retries: 3 }, builtIn: false }, true],
    ["a number beyond its range", { network: { retries: 11 } }, false],
    ["a quoted number beyond its range", { network: { concurrency: "65" } }, false],
    ["kinds", { builtIn: ["Deployment", "Widget.acme.io"] }, true],
    ["a kind that is none", { builtIn: ["a b"] }, false],
    ["the longest deadline", { network: { deadline: "4m50s" } }, true],
    ["the longest deadline in seconds", { network: { deadline: "290s" } }, true],
    ["a deadline in three parts", { network: { deadline: "3m59s900ms" } }, true],
    ["a longer deadline", { network: { deadline: "4m51s" } }, false],
    ["a deadline of more minutes", { network: { deadline: "5m" } }, false],
    ["a deadline of too many seconds", { network: { deadline: "291s" } }, false],
    ["no time at all", { network: { timeout: "0s" } }, false],
    ["a time without a unit", { network: { timeout: "5" } }, false],
    ["a time with a fraction", { network: { timeout: "1.5s" } }, true],
    ["a platform", { platform: "linux/arm/v7" }, true],
    ["an architecture alone", { platform: "arm64" }, false],
    ["a pull secret's word", { credentials: ["package"] }, true],
    ["the same without a list", { credentials: "package" }, false],
    ["a registry without a prefix", { registries: [{ only: true, mirrors: ["a"] }] }, false],
    ["mirrors alone, and none", { registries: [{ prefix: "*", only: true }] }, false],
    ["mirrors alone", { registries: [{ prefix: "*", only: true, mirrors: ["http://a:5000/b"] }] }, true],
    ["a certificate without a key", { registries: [{ prefix: "*", certFile: "a" }] }, false],
    ["a certificate with a key", { registries: [{ prefix: "*", certFile: "a", keyFile: "b" }] }, true],
    ["a prefix with a scheme", { registries: [{ prefix: "https://ghcr.io" }] }, false],
    ["a field", { fieldSpecs: [{ kind: "Widget", path: "spec/image" }] }, true],
    ["a denied field", { fieldSpecs: [{ path: "spec/image", pin: "never" }] }, true],
    ["a field without a path", { fieldSpecs: [{ kind: "Widget" }] }, false],
    ["a text without a pattern", { fieldSpecs: [{ path: "spec/a", in: "text" }] }, false],
    ["a pattern without a text", { fieldSpecs: [{ path: "spec/a", pattern: "(?<image>.+)" }] }, false],
    ["a pattern", { fieldSpecs: [{ path: "spec/a", in: "text", pattern: "(?<image>.+)" }] }, true],
    ["a digest's key of a text", { fieldSpecs: [{ path: "a", in: "json", digestKey: "d" }] }, false],
    ["a digest's key", { fieldSpecs: [{ path: "a", digestKey: "d.e" }] }, true],
    ["a selector", { resources: { exclude: [{ kind: "Job", labelSelector: "a=b" }] } }, true],
    ["a selector of nothing", { resources: { exclude: [{}] } }, false],
    ["an update of a frozen lock", { mode: "update", lock: "frozen" }, false],
    ["a path from the root", { fieldSpecs: [{ path: "/spec/image" }] }, false],
    ["one element of a list", { fieldSpecs: [{ path: "a[0]" }] }, false],
    ["elements, keys and escapes", { fieldSpecs: [{ path: 'a[n=w-*]/**/["x/y"]/b\\/c[]' }] }, true],
    ["an empty part of a path", { fieldSpecs: [{ path: "a//b" }] }, false],
    ["a path that ends anywhere", { fieldSpecs: [{ path: "a/**" }] }, false],
    ["a blank path", { fieldSpecs: [{ path: " " }] }, false],
    ["a path of 50 parts", { fieldSpecs: [{ path: "a/".repeat(49).concat("a") }] }, true],
    ["a path of 51 parts", { fieldSpecs: [{ path: "a/".repeat(49).concat("a[]") }] }, false],
    ["a pattern without the group", { fieldSpecs: [{ path: "a", in: "text", pattern: "x" }] }, false],
    ["a pattern as Go writes it", { fieldSpecs: [{ path: "a", in: "text", pattern: "(?P<image>x)" }] }, true],
    ["a kind of files", { fieldSpecs: [{ kind: "KptFile", path: "a" }] }, false],
    ["a name for an image", { fieldSpecs: [{ path: "metadata/name" }] }, false],
    ["an annotation for an image", { fieldSpecs: [{ path: "metadata/annotations/a" }] }, true],
    [
      "labels in all forms",
      { resources: { include: [{ labelSelector: "!a,b, c==d,e in (f, g),h!=i" }] } },
      true,
    ],
    ["labels that are none", { resources: { include: [{ labelSelector: "a in b" }] } }, false],
    ["100 labels", { resources: { include: [{ labelSelector: "a,".repeat(100) }] } }, true],
    ["101 labels", { resources: { include: [{ labelSelector: "a,".repeat(101) }] } }, false],
    ["250 globs", { exclude: [...many(250, (at) => `*${at}`), "a*", "a"] }, true],
    ["251 globs", { exclude: many(251, (at) => `*${at}`) }, false],
    ["nobody who signs", signed({ tlog: "optional" }), false],
    ["keys, of which there is none", signed({ tlog: "optional", keys: [] }), false],
    ["a key", signed({ tlog: "optional", keys: [key] }), true],
    ["a key without a log to judge by", signed({ keys: [key] }), false],
    ["a key and a log", signed({ keys: [key], trustedRoot: "missing.json" }), true],
    ["a signer without a key", signed({ keyless, trustedRoot: "missing.json" }), true],
    ["such a signer, and no keys", signed({ keyless, keys: null, trustedRoot: "missing.json" }), true],
    ["such a signer and a key", signed({ keyless, keys: [key], trustedRoot: "missing.json" }), false],
    ["such a signer without a root", signed({ keyless, tlog: "optional" }), false],
    ["signatures of no image", { signatures: [{ images: [], tlog: "optional", keys: [key] }] }, false],
    ["signatures of an entry of nothing", { signatures: [null] }, false],
  ])("says of %s what the program says", async (_, options, isRight) => {
    const found = configuration(options);

    expect(accepts.PinDigests(found.object), JSON.stringify(accepts.PinDigests.errors)).toBe(isRight);
    expect(await isTaken(found)).toBe(isRight);
  });
});

test("the schema of PinDigests takes the paths that the program takes", () => {
  const accepted = (path: string): boolean =>
    accepts.PinDigests({ apiVersion: "fn.kpt.dev/v1alpha1", kind: "PinDigests", fieldSpecs: [{ path }] });
  const isPath = (text: string): boolean => {
    try {
      parsePath(text);
      return true;
    } catch (error) {
      if (error instanceof FieldPathError) return false;
      throw error;
    }
  };

  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab*/[]\"'=\\~1 \n0"), maxLength: 12 }), (text) => {
      expect(accepted(text), JSON.stringify(text)).toBe(isPath(text));
    }),
    { numRuns: 3000 },
  );
});

describe("the schema of ImageLock", () => {
  const digest = `sha256:${"1".repeat(64)}`;

  test.each<[what: string, lock: object, isRight: boolean]>([
    ["nothing", {}, true],
    ["no images", { images: null }, true],
    ["an image", { images: { "nginx:1.27": { digest } } }, true],
    [
      "platforms",
      { images: { nginx: { digest, platform: "linux/arm64", platforms: ["linux/amd64"] } } },
      true,
    ],
    ["another version", { apiVersion: "fn.kpt.dev/v1" }, false],
    ["a list of images", { images: [] }, false],
    ["an image without a digest", { images: { nginx: {} } }, false],
    ["a digest that is none", { images: { nginx: { digest: "sha256:1" } } }, false],
    ["a pinned image", { images: { [`nginx@${digest}`]: { digest } } }, false],
    ["a platform that is none", { images: { nginx: { digest, platform: "arm64" } } }, false],
  ])("says of %s what the program says", async (_, fields, isRight) => {
    const object = { apiVersion: "fn.kpt.dev/v1alpha1", kind: "ImageLock", ...fields };

    expect(accepts.ImageLock(object), JSON.stringify(accepts.ImageLock.errors)).toBe(isRight);
    expect(await isTaken({ place: "", kind: "ImageLock", object })).toBe(isRight);
  });
});
