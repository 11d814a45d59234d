import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import type { ReadConfig } from "../../src/config/config-object.ts";
import { type ConfigSources, FunctionConfigError } from "../../src/config/config-sources.ts";
import { defaultConfig } from "../../src/config/default-config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { readInput } from "../../src/krm/input.ts";

const stream = "apiVersion: v1\nkind: Pod\n";

/** A list with these lines as its functionConfig. */
function listWith(config: string): string {
  return `kind: ResourceList\nitems: []\nfunctionConfig:\n${config.replaceAll(/^(?=.)/gm, "  ")}`;
}

async function read(text: string, sources: ConfigSources = {}): Promise<ReadConfig> {
  return readConfig(await readInput(text), sources);
}

function changed(config: Config): Partial<Config> {
  const entries = Object.entries(config);
  return Object.fromEntries(entries.filter(([name, value]) => value !== defaultConfig[name as keyof Config]));
}

const typed = "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata:\n  name: pin\n";
const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: function-input\n";

describe("readConfig", () => {
  test("says of entries of registries whether a package brought them", async () => {
    const config = `${typed}registries: [{prefix: ghcr.io}]\n`;
    const ofPackage = await read(listWith(config));
    const ofUser = await read("kind: ResourceList\nitems: []\n", { functionConfig: config });

    expect(ofPackage.config.registries).toMatchObject([{ prefix: "ghcr.io", fromPackage: true }]);
    expect(ofUser.config.registries).toMatchObject([{ prefix: "ghcr.io", fromPackage: false }]);
  });

  test("knows no option by which a package says that it is the user", async () => {
    const { faults } = await read(listWith(`${typed}registries: [{prefix: ghcr.io, fromPackage: false}]\n`));

    expect(faults).toMatchObject([{ message: expect.stringContaining("unknown field `fromPackage`") }]);
  });

  test.each([
    ["a stream", stream],
    ["a list without a functionConfig", "kind: ResourceList\nitems: []\n"],
    ["a functionConfig of null", "kind: ResourceList\nitems: []\nfunctionConfig: null\n"],
    [
      "kpt's empty ConfigMap",
      listWith("metadata:\n  name: function-input\ndata: {}\nkind: ConfigMap\napiVersion: v1\n"),
    ],
    ["a ConfigMap without data", listWith(configMap)],
    ["a ConfigMap with data of nothing", listWith(`${configMap}data:\n`)],
    ["a PinDigests without options", listWith(typed)],
  ])("gives the defaults for %s", async (_, text) => {
    const { config, faults } = await read(text);

    expect({ changed: changed(config), faults }).toEqual({ changed: {}, faults: [] });
  });

  test.each<[string, string, Partial<Config>]>([
    [
      "the fields of a PinDigests",
      `${typed}tag: drop\ninclude: [a, b]\n`,
      { tag: "drop", include: ["a", "b"] },
    ],
    [
      "a PinDigests with kustomize's annotations",
      "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata:\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./x}\n  name: pin\nreport: all\n",
      { report: "all" },
    ],
    ["aliases", `${typed}include: &x [a]\nexclude: *x\n`, { include: ["a"], exclude: ["a"] }],
    [
      "the data of a ConfigMap",
      `${configMap}data: {tag: "drop", onError: warn}\n`,
      { tag: "drop", onError: "warn" },
    ],
    [
      "lists with commas in a ConfigMap",
      `${configMap}data:\n  include: ghcr.io/acme/*, nginx\n  exclude: |\n    a\n    b\n  skipPrefixes: ""\n`,
      { include: ["ghcr.io/acme/*", "nginx"], exclude: ["a", "b"], skipPrefixes: [] },
    ],
    [
      "dotted names in a ConfigMap",
      `${configMap}data: {network.timeout: 5s, network.retries: "0"}\n`,
      { network: { ...defaultConfig.network, timeout: 5000, retries: 0 } },
    ],
    [
      "numbers in a ConfigMap by their text",
      `${configMap}data: {network.retries: 3, include: 1.10}\n`,
      { network: { ...defaultConfig.network, retries: 3 }, include: ["1.10"] },
    ],
    [
      "a ConfigMap that can't be changed",
      `${configMap}immutable: true\ndata: {tag: drop}\n`,
      { tag: "drop" },
    ],
  ])("reads %s", async (_, written, expected) => {
    const inList = await read(listWith(written));
    const given = await read(stream, { functionConfig: written });

    expect({ changed: changed(inList.config), faults: inList.faults }).toEqual({
      changed: expected,
      faults: [],
    });
    expect(given.config).toEqual(inList.config);
  });

  test.each<[string, string, string, string]>([
    ["another kind", "apiVersion: apps/v1\nkind: Deployment\n", "kind", 'is "Deployment" of "apps/v1"'],
    [
      "another version",
      "apiVersion: fn.kpt.dev/v1\nkind: PinDigests\n",
      "apiVersion",
      'is "PinDigests" of "fn.kpt.dev/v1"',
    ],
    [
      "another group of ConfigMap",
      "apiVersion: v2\nkind: ConfigMap\ndata: {tag: drop}\n",
      "kind",
      'is "ConfigMap" of "v2"',
    ],
    ["no kind", "tag: drop\n", "kind", "lacks `apiVersion` or `kind`"],
    ["a list", "- a\n", "kind", "is no map"],
  ])("refuses %s", async (_, written, path, actual) => {
    const { faults } = await read(stream, {
      functionConfig: `${written}metadata: {name: x}\n`.replace("- a\nmetadata: {name: x}", "- a"),
    });

    expect(faults).toEqual([
      {
        message: `the functionConfig must be a \`PinDigests\` of \`fn.kpt.dev/v1alpha1\` or a \`ConfigMap\` of \`v1\`, but ${actual}`,
        severity: "error",
        ...(written.includes("apiVersion") && {
          resourceRef: expect.objectContaining({ name: "x" }),
          field: { path },
        }),
      },
    ]);
  });

  test.each<[string, string, string, string]>([
    [
      "an unknown field",
      `${typed}includes: [a]\n`,
      "includes",
      "unknown field `includes`: did you mean `include`?",
    ],
    [
      "a nested one",
      `${typed}network: {retrys: 1}\n`,
      "network.retrys",
      "unknown field `retrys`: did you mean `retries`?",
    ],
    ["a field under spec", `${typed}spec: {tag: drop}\n`, "spec", "unknown field `spec`:"],
    [
      "a text with commas for a list",
      `${typed}include: a,b\n`,
      "include",
      '`include` must be a list, but is "a,b"',
    ],
    [
      "an unknown key of a ConfigMap",
      `${configMap}data: {tags: drop}\n`,
      "data.tags",
      "unknown field `tags`: did you mean `tag`?",
    ],
    [
      "an unknown dotted key",
      `${configMap}data: {network.timeouts: 5s}\n`,
      "data.network.timeouts",
      "unknown field `timeouts`: did you mean `timeout`?",
    ],
    [
      "a wrong value in a ConfigMap",
      `${configMap}data: {network.timeout: 5}\n`,
      "data.network.timeout",
      '`data.network.timeout` must be a duration of at most 2m, such as "20s" or "1m30s", but is "5"',
    ],
    [
      "YAML 1.1's words",
      `${configMap}data: {onError: on}\n`,
      "data.onError",
      '`data.onError` must be "fail" or "warn", but is "on"',
    ],
    [
      "a list in a ConfigMap by index",
      `${configMap}data: {registries.0: a}\n`,
      "data.registries",
      "`data.registries` must be a list, but is a map",
    ],
    [
      "a ConfigMap's binaryData",
      `${configMap}binaryData: {tag: a}\ndata: {tag: drop}\n`,
      "binaryData",
      "unknown field `binaryData`: options of a ConfigMap must stand under `data`",
    ],
    [
      "options beside data",
      `${configMap}data: {tag: drop}\ntag: keep\n`,
      "tag",
      "unknown field `tag`: options of a ConfigMap must stand under `data`",
    ],
    [
      "a group that is a text too",
      `${configMap}data: {network.timeout: 5s, network: fast}\n`,
      "data.network",
      '`data.network` must be a map of options, but is "fast"',
    ],
    [
      "options without data",
      `${configMap}tag: keep\n`,
      "tag",
      "unknown field `tag`: options of a ConfigMap must stand under `data`",
    ],
    [
      "data that is a text",
      `${configMap}data: tag\n`,
      "data",
      "`data` of a ConfigMap must be a map of texts",
    ],
  ])("complains of %s at its field", async (_, written, path, message) => {
    const { faults } = await read(listWith(written));

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({
      severity: "error",
      resourceRef: { name: /^ {2}name: (.*)$/m.exec(written)?.[1] },
      message: expect.stringContaining(message),
    });
    expect(faults[0]?.field?.path).toBe(path);
  });

  test("tells the file that the configuration comes from", async () => {
    const annotations =
      "  annotations: {config.kubernetes.io/path: fn/pin.yaml, config.kubernetes.io/index: '0'}\n";

    const { faults } = await read(listWith(`${typed}${annotations}tag: x\n`));

    expect(faults[0]).toMatchObject({
      file: { path: "fn/pin.yaml", index: 0 },
      field: { currentValue: "x" },
    });
  });

  test("lets literals win over the functionConfig of the command line", async () => {
    const overrides = new Map([
      ["tag", "keep"],
      ["network.timeout", "5s"],
    ]);

    const { config } = await read(stream, {
      functionConfig: `${typed}tag: drop\nreport: all\nnetwork: {retries: 1, timeout: 1s}\n`,
      overrides,
    });

    expect(changed(config)).toEqual({
      report: "all",
      network: { ...defaultConfig.network, retries: 1, timeout: 5000 },
    });
  });

  test("takes the command line's configuration for a list that has none", async () => {
    const { config } = await read(
      listWith("metadata: {name: function-input}\ndata: {}\nkind: ConfigMap\napiVersion: v1\n"),
      {
        functionConfig: `${typed}report: all\n`,
        overrides: new Map([["tag", "drop"]]),
      },
    );

    expect(changed(config)).toEqual({ report: "all", tag: "drop" });
  });

  test("complains of a wrong literal", async () => {
    const { faults } = await read(stream, { overrides: new Map([["tags", "drop"]]) });

    expect(faults).toEqual([{ message: "unknown field `tags`: did you mean `tag`?", severity: "error" }]);
  });

  test.each<[string, ConfigSources]>([
    ["a file", { functionConfig: typed }],
    ["a literal", { overrides: new Map([["tag", "drop"]]) }],
  ])("refuses a list's functionConfig beside %s", async (_, sources) => {
    await expect(read(listWith(`${typed}tag: drop\n`), sources)).rejects.toThrow(
      new FunctionConfigError(
        "the function must be configured in one place, but the list has a `functionConfig` and the command line gives one too",
      ),
    );
  });

  test.each([
    ["no YAML", "a: [", /^the functionConfig must be YAML: line \d+, column \d+: ./],
    ["nothing", "", /^the functionConfig must be one YAML document, but there are 0$/],
    [
      "two documents",
      `${typed}---\n${typed}`,
      /^the functionConfig must be one YAML document, but there are 2$/,
    ],
  ])("refuses a functionConfig that is %s", async (_, functionConfig, message) => {
    const error = await read(stream, { functionConfig }).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(FunctionConfigError);
    expect((error as Error).message).toMatch(message);
  });
});

describe("an option that is said twice", () => {
  test.each([
    ["a PinDigests", `${typed}tag: keep\ntag: drop\n`],
    ["a group of a PinDigests", `${typed}network: {timeout: 1s, timeout: 2s}\n`],
    ["a ConfigMap", `${configMap}data:\n  tag: keep\n  tag: drop\n`],
  ])("is complained of in %s", async (_, config) => {
    const { faults } = await read(listWith(config));

    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^`(?:tag|timeout)` must be said once$/),
    ]);
  });
});

test("a list of maps is refused where only text can stand", async () => {
  const message = expect.stringContaining(
    "must be a list of maps, which only a `PinDigests` functionConfig can hold",
  );

  expect((await read(stream, { overrides: new Map([["registries", "ghcr.io"]]) })).faults).toEqual([
    { message, severity: "error" },
  ]);
  expect((await read(listWith(`${configMap}data:\n  registries: ghcr.io\n`))).faults).toMatchObject([
    { message },
  ]);
});
