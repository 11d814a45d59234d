import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FunctionConfigError } from "../../src/config/config-sources.ts";
import { type Digest, parseDigest } from "../../src/image/digest.ts";
import { type PinOptions, pinDigests } from "../../src/pin-digests.ts";

const digest = parseDigest(`sha256:${"1".repeat(64)}`);
const resolveDigest = async (): Promise<Digest> => digest;
const down = (): Promise<Digest> => Promise.reject(new Error("the registry is down"));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pin-digests-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pod(image: string, metadata = ""): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: web${metadata}}\nspec:\n  containers:\n  - name: c\n    image: ${image}\n`;
}

function config(options: string): string {
  return `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\n${options}\n`;
}

function policy(options: string): NonNullable<PinOptions["environment"]> {
  const file = join(folder, "policy.yaml");
  writeFileSync(file, config(options));
  return { PIN_DIGESTS_POLICY: file };
}

const onlyAcme = 'allow: ["ghcr.io/acme/*", "docker.io/library/*"]';

describe("allow", () => {
  test.each(["ghcr.io/acme/app:1", "nginx:1", `ghcr.io/acme/app@${digest}`])(
    "lets %s through",
    async (image) => {
      const result = await pinDigests(pod(image), { functionConfig: config(onlyAcme), resolveDigest });

      expect(result).toMatchObject({ ok: true });
    },
  );

  test.each(["pin", "update", "check"])("fails mode %s for an image outside, pinned or not", async (mode) => {
    for (const image of [`evil.io/x:1@${digest}`, "evil.io/x:1"]) {
      const result = await pinDigests(`${pod("nginx:1")}---\n${pod(image)}`, {
        functionConfig: config(
          `${onlyAcme}\nmode: ${mode}\ncheck: {unpinned: "off", drift: "off", gone: "off"}`,
        ),
        resolveDigest,
      });

      expect(result).toMatchObject({ ok: false, text: "", changes: 0 });
      expect(result.results.filter(({ severity }) => severity === "error")).toMatchObject([
        { message: expect.stringContaining("nothing of `allow` matches"), tags: { class: "disallowed" } },
      ]);
    }
  });

  test("takes nothing out of a text that is not allowed", async () => {
    const result = await pinDigests(pod(`evil.io/x:1@${digest}`), {
      functionConfig: config(`${onlyAcme}\nmode: unpin`),
    });

    expect(result).toMatchObject({ ok: true, text: pod("evil.io/x:1") });
  });

  test("fails whatever `onError` makes of a registry that is down", async () => {
    const result = await pinDigests(pod("evil.io/x:1"), {
      functionConfig: config(`${onlyAcme}\nonError: warn`),
      resolveDigest: down,
    });

    expect(result).toMatchObject({ ok: false });
  });

  test("is a warning for what is only likely an image, which stays as it is", async () => {
    const text =
      "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {workerImage: evil.io/x:1}\n";

    const result = await pinDigests(text, { functionConfig: config(onlyAcme), resolveDigest: down });

    expect(result).toMatchObject({
      ok: true,
      text,
      results: [
        {
          severity: "warning",
          message:
            '"evil.io/x:1" reads as an image in a field that no rule knows; left alone, and if it is one, it must be on a list of images that may be used, but nothing of `allow` matches "evil.io/x:1"; if it is an image, name the field in `fieldSpecs`: {group: acme.io, kind: Widget, path: "spec/workerImage"}; if it is not one, say `pin: never` there, or `exclude` it',
        },
      ],
    });
  });

  test.each([
    ["a variable with a value of its own", `\${IMAGE:=evil.io/x:1}`],
    ["a template", "'{{ .image }}'"],
    ["a reference that is none", "Evil.io/X:1"],
    ["bytes that some parsers read as a text", "!!binary ZXZpbC5pby94OjE="],
    ["a map", "{repository: evil.io/x}"],
  ])("is not passed by what can't be read: %s", async (_, image) => {
    for (const text of [pod(image), pod(`${image} # pin-digests: skip`)])
      for (const mode of ["pin", "check"]) {
        const result = await pinDigests(text, {
          functionConfig: config(`${onlyAcme}\nmode: ${mode}\nonError: warn\ncheck: {unpinned: "off"}`),
          resolveDigest,
        });

        expect(result).toMatchObject({ ok: false, text: "" });
        expect(result.results.filter(({ severity }) => severity === "error")).toMatchObject([
          { message: expect.stringContaining("can't be read as one"), tags: { class: "disallowed" } },
        ]);
      }
  });

  test.each([`ghcr.io/acme/app:\${TAG}`, "auto", '""', "null"])("lets %s through", async (image) => {
    const result = await pinDigests(pod(image), { functionConfig: config(onlyAcme), resolveDigest });

    expect(result).toMatchObject({ ok: true, text: pod(image) });
  });
});

describe("PIN_DIGESTS_POLICY", () => {
  test("holds beside what the functionConfig allows", async () => {
    const options = { functionConfig: config('allow: ["*"]'), environment: policy(onlyAcme), resolveDigest };

    const [inside, outside] = await Promise.all([
      pinDigests(pod("nginx:1"), options),
      pinDigests(pod("evil.io/x:1"), options),
    ]);

    expect(inside).toMatchObject({ ok: true });
    expect(outside).toMatchObject({
      ok: false,
      results: [{ message: expect.stringMatching(/policy.*evil/) }],
    });
  });

  test.each([
    ["exclude", 'exclude: ["*"]'],
    ["include", 'include: ["nothing"]'],
    ["skipPrefixes", "skipPrefixes: [evil]"],
    ["resources.exclude", "resources: {exclude: [{kind: Pod}]}"],
    ["resources.include", "resources: {include: [{kind: Job}]}"],
    ["builtIn", "builtIn: false"],
    ["a denial", 'fieldSpecs: [{kind: Pod, path: "spec/containers[]/image", pin: never}]'],
    [
      "a pattern",
      `fieldSpecs: [{kind: Pod, path: "spec/containers[]/image", in: text, pattern: "^e(?<image>.*)x:1"}]`,
    ],
    ["onError", "onError: warn"],
    ["lock: off", "lock: off"],
  ])("is not loosened by %s", async (_, options) => {
    const result = await pinDigests(pod("evil.io/nginx:1"), {
      functionConfig: config(options),
      environment: policy(onlyAcme),
      resolveDigest,
    });

    expect(result).toMatchObject({ ok: false, text: "" });
  });

  test("is not loosened for what the functionConfig makes only likely an image", async () => {
    const text = `apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec: {image: "evil.io/x:1@${digest}"}\n`;

    for (const options of ["", "builtIn: false", "builtIn: [Pod]", "builtIn: false\nmode: check"]) {
      const result = await pinDigests(text, {
        functionConfig: config(options),
        environment: policy(onlyAcme),
        resolveDigest,
      });

      expect(result).toMatchObject({ ok: false, text: "" });
    }
  });

  test("is not switched off by `mode: unpin` of a package", async () => {
    const list = (options: string): string =>
      `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nfunctionConfig: {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {${options}}}\nitems: []\n`;

    const result = await pinDigests(list("mode: unpin"), { environment: policy(onlyAcme) });

    expect(result).toMatchObject({
      ok: false,
      results: [{ severity: "error", message: expect.stringMatching(/`mode: unpin`.*policy\.yaml/) }],
    });
    expect(await pinDigests(list("mode: unpin"))).toMatchObject({ ok: true });
    expect(
      await pinDigests(pod(`nginx:1@${digest}`), {
        overrides: new Map([["mode", "unpin"]]),
        environment: policy(onlyAcme),
      }),
    ).toMatchObject({ ok: true, text: pod("nginx:1") });
  });

  test.each([
    ["an annotation", pod("evil.io/x:1", ', annotations: {pin-digests.fn.kpt.dev/skip: "true"}')],
    ["a container's name", pod("evil.io/x:1", ", annotations: {pin-digests.fn.kpt.dev/skip: c}")],
    ["a comment", pod("evil.io/x:1 # pin-digests: skip")],
    ["local-config", pod("evil.io/x:1", ', annotations: {config.kubernetes.io/local-config: "true"}')],
    ["a function", pod("evil.io/x:1", ", annotations: {config.kubernetes.io/function: x}")],
  ])("is not loosened by %s of the package", async (_, text) => {
    const result = await pinDigests(text, { environment: policy(onlyAcme), resolveDigest });

    expect(result).toMatchObject({ ok: false, text: "" });
  });

  test.each([
    ["another option", "mode: pin", /`mode`/],
    ["an unknown option", "alow: [x]", /did you mean `allow`/],
    ["a value of another type", "allow: {a: b}", /must be a list/],
  ])("refuses %s", async (_, options, message) => {
    const result = await pinDigests(pod("nginx:1"), { environment: policy(options), resolveDigest });

    expect(result).toMatchObject({ ok: false, results: [{ message: expect.stringMatching(message) }] });
  });

  test("refuses an object of another kind", async () => {
    const file = join(folder, "other.yaml");
    writeFileSync(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {}\n");

    const result = await pinDigests(pod("nginx:1"), {
      environment: { PIN_DIGESTS_POLICY: file },
      resolveDigest,
    });

    expect(result).toMatchObject({
      ok: false,
      results: [{ message: expect.stringContaining("PinDigests") }],
    });
  });

  test.each([
    ["no such file", "absent.yaml"],
    ["a folder", "."],
  ])("stops where it names %s", async (_, name) => {
    const environment = { PIN_DIGESTS_POLICY: join(folder, name) };

    await expect(pinDigests(pod("nginx:1"), { environment, resolveDigest })).rejects.toThrow(
      FunctionConfigError,
    );
  });
});
