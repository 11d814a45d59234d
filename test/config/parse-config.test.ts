import Ajv from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { configSchema } from "../../src/config/config-schema.ts";
import { defaultConfig } from "../../src/config/default-config.ts";
import type { OptionValue, Problem } from "../../src/config/option-reader.ts";
import { parseConfig } from "../../src/config/parse-config.ts";

type Plain = string | null | readonly Plain[] | { readonly [name: string]: Plain };

/** Options as a user would write them in a PinDigests. */
function rawOf(value: Plain, path = ""): OptionValue {
  if (value === null) return { kind: "null", path };
  if (typeof value === "string") return { kind: "text", path, text: value, flat: false };
  if (Array.isArray(value)) {
    return { kind: "list", path, elements: value.map((each, index) => rawOf(each, `${path}[${index}]`)) };
  }
  const members = Object.entries(value).map(([name, member]): [string, OptionValue] => [
    name,
    rawOf(member, path === "" ? name : `${path}.${name}`),
  ]);
  return { kind: "map", path, members: new Map(members) };
}

interface Parsed {
  readonly config: Config;
  readonly problems: readonly Problem[];
  /** Whether the JSON Schema takes it, too. */
  readonly accepted: boolean;
}

const accepts = new Ajv.default({ strictRequired: false, allowUnionTypes: true }).compile(configSchema());

function parse(options: Plain): Parsed {
  const problems: Problem[] = [];
  const config = parseConfig(rawOf(options), (problem) => problems.push(problem));
  const object = { apiVersion: "fn.kpt.dev/v1alpha1", kind: "PinDigests", ...Object(options) };
  return { config, problems, accepted: accepts(object) };
}

const registry = {
  prefix: "*",
  mirrors: [],
  only: false,
  plainHTTP: false,
  insecureSkipTLSVerify: false,
  caFile: "",
  certFile: "",
  keyFile: "",
  blocked: false,
  fromPackage: false,
};

function many<T>(count: number, make: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

describe("parseConfig", () => {
  test("gives the defaults where nothing is said", () => {
    expect(parse({})).toEqual({ config: defaultConfig, problems: [], accepted: true });
  });

  test.each<[string, Plain, string]>([
    [
      "exclude",
      many(251, (at) => `*x${at}*`),
      "must have at most 250 globs with a star elsewhere than at their end",
    ],
    ["include", many(251, (at) => `*x${at}`), "but has 251"],
    ["requirePlatforms", many(101, (at) => `linux/a${at}`), "must have at most 100 entries, but has 101"],
    ["registries", many(1001, (at) => ({ prefix: `a${at}.io` })), "must have at most 1000 entries"],
    ["fieldSpecs", many(1001, (at) => ({ path: `a${at}` })), "must have at most 1000 entries"],
    [
      "resources",
      { exclude: many(101, (at) => ({ kind: `K${at}` })) },
      "`resources.exclude` must have at most 100",
    ],
    [
      "resources",
      { exclude: [{ labelSelector: "a,".repeat(101) }] },
      "it has 101 requirements, of at most 100",
    ],
    ["fieldSpecs", [{ path: `${"a/".repeat(50)}a` }], "has more than 50 parts"],
  ])("bounds %s, since each image is held against it", (name, value, message) => {
    const { problems } = parse({ [name]: value });

    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
  });

  test.each<[string, Plain]>([
    ["exclude", many(3000, (at) => `ghcr.io/acme/a${at}:*`)],
    ["include", many(3000, (at) => `ghcr.io/acme/a${at}:1`)],
    ["skipPrefixes", many(3000, (at) => `ghcr.io/acme/a${at}`)],
  ])("takes any number of %s that are found without trying each", (name, value) => {
    expect(parse({ [name]: value }).problems).toEqual([]);
  });

  test("reads every option", () => {
    const { config, problems, accepted } = parse({
      tag: "drop",
      include: ["ghcr.io/acme/*", "nginx:*"],
      exclude: ["*:dev"],
      skipPrefixes: ["local/"],
      onError: "warn",
      verify: "get",
      report: "all",
      network: { concurrency: "3", timeout: "5s", retries: "0", deadline: "1m30s" },
      registries: [
        { prefix: "*", mirrors: ["http://127.0.0.1:5000", "harbor.acme.io/hub/"], only: "true" },
        {
          prefix: "*.acme.io:5000/team/app",
          plainHTTP: "true",
          insecureSkipTLSVerify: "true",
          caFile: "ca.pem",
          certFile: "cert.pem",
          keyFile: "key.pem",
          concurrency: "2",
          onError: "warn",
          blocked: "true",
        },
      ],
    });

    expect(problems).toEqual([]);
    expect(accepted).toBe(true);
    expect(config).toMatchObject({
      tag: "drop",
      include: ["ghcr.io/acme/*", "nginx:*"],
      exclude: ["*:dev"],
      skipPrefixes: ["local/"],
      onError: "warn",
      verify: "get",
      report: "all",
      network: { concurrency: 3, timeout: 5000, retries: 0, deadline: 90_000 },
      registries: [
        { ...registry, mirrors: ["http://127.0.0.1:5000", "harbor.acme.io/hub/"], only: true },
        {
          prefix: "*.acme.io:5000/team/app",
          mirrors: [],
          only: false,
          plainHTTP: true,
          insecureSkipTLSVerify: true,
          caFile: "ca.pem",
          certFile: "cert.pem",
          keyFile: "key.pem",
          concurrency: 2,
          onError: "warn",
          blocked: true,
        },
      ],
    });
  });

  test("keeps the defaults of a group beside what is said", () => {
    expect(parse({ network: { retries: "1" } }).config.network).toEqual({
      ...defaultConfig.network,
      retries: 1,
    });
    expect(parse({ network: null }).config.network).toEqual(defaultConfig.network);
    expect(parse({ registries: [{ prefix: "ghcr.io" }] }).config.registries).toEqual([
      { ...registry, prefix: "ghcr.io" },
    ]);
  });

  test.each<[Plain, string, string]>([
    [{ tag: "remove" }, "tag", '`tag` must be "keep" or "drop", but is "remove"'],
    [{ tag: ["keep"] }, "tag", '`tag` must be "keep" or "drop", but is a list'],
    [{ tag: null }, "tag", '`tag` must be "keep" or "drop", but is nothing'],
    [{ include: "nginx" }, "include", '`include` must be a list, but is "nginx"'],
    [
      { include: ["a b"] },
      "include[0]",
      '`include[0]` must be a glob without white space and quotes, such as `nginx:*`, but is "a b"',
    ],
    [
      { exclude: [""] },
      "exclude[0]",
      '`exclude[0]` must be a glob without white space and quotes, such as `nginx:*`, but is ""',
    ],
    [
      { exclude: [`["nginx:*"]`] },
      "exclude[0]",
      '`exclude[0]` must be a glob without white space and quotes, such as `nginx:*`, but is "[\\"nginx:*\\"]"',
    ],
    [
      { skipPrefixes: [{}] },
      "skipPrefixes[0]",
      "`skipPrefixes[0]` must be a text without white space, but is a map",
    ],
    [{ onError: "ignore" }, "onError", '`onError` must be "fail" or "warn", but is "ignore"'],
    [{ verify: "true" }, "verify", '`verify` must be "header" or "get", but is "true"'],
    [{ report: "none" }, "report", '`report` must be "problems", "changes" or "all", but is "none"'],
    [{ network: "fast" }, "network", '`network` must be a map of options, but is "fast"'],
    [
      { network: { concurrency: "0" } },
      "network.concurrency",
      '`network.concurrency` must be "auto" or a whole number from 1 to 64, but is "0"',
    ],
    [
      { network: { timeout: "5" } },
      "network.timeout",
      '`network.timeout` must be a duration of at most 2m, such as "20s" or "1m30s", but is "5"',
    ],
    [
      { network: { deadline: "5m" } },
      "network.deadline",
      '`network.deadline` must be a duration of at most 4m50s, such as "20s" or "1m30s", but is "5m"',
    ],
    [{ network: { retrys: "1" } }, "network.retrys", "unknown field `retrys`: did you mean `retries`?"],
    [{ registries: { prefix: "*" } }, "registries", "`registries` must be a list, but is a map"],
    [
      { registries: ["ghcr.io"] },
      "registries[0]",
      '`registries[0]` must be a map of options, but is "ghcr.io"',
    ],
    [{ registries: [{}] }, "registries[0]", "`registries[0].prefix` must say which registries are meant"],
    [
      { registries: [{ prefix: "*", only: "true" }] },
      "registries[0]",
      "`registries[0].only` asks the `mirrors` alone, so there must be some",
    ],
    [
      { registries: [{ prefix: "*", certFile: "a.pem" }] },
      "registries[0]",
      "`registries[0]` must have `certFile` and `keyFile`, or neither",
    ],
    [
      { registries: [{ prefix: "https://ghcr.io" }] },
      "registries[0].prefix",
      '`registries[0].prefix` must be "*" or a registry with a part of its names, such as "ghcr.io/acme", but is "https://ghcr.io"',
    ],
    [
      { registries: [{ prefix: "*", mirrors: ["ftp://a"] }] },
      "registries[0].mirrors[0]",
      '`registries[0].mirrors[0]` must be the address of a registry, such as "harbor.acme.io/hub" or "http://127.0.0.1:5000", but is "ftp://a"',
    ],
    [
      { registries: [{ prefix: "*", mirrors: ["user:secret@a"] }] },
      "registries[0].mirrors[0]",
      '`registries[0].mirrors[0]` must be the address of a registry, such as "harbor.acme.io/hub" or "http://127.0.0.1:5000", but is "…@a"',
    ],
    [
      { registries: [{ prefix: "*", only: "yes" }] },
      "registries[0].only",
      '`registries[0].only` must be "true" or "false", but is "yes"',
    ],
    [
      { registries: [{ prefix: "*", plainHttp: "true" }] },
      "registries[0].plainHttp",
      "unknown field `plainHttp`: did you mean `plainHTTP`?",
    ],
    [
      { registries: [{ prefix: "*", caFile: "" }] },
      "registries[0].caFile",
      '`registries[0].caFile` must be the path of a file, but is ""',
    ],
    [{ Include: [] }, "Include", "unknown field `Include`: did you mean `include`?"],
    [{ onerror: "warn" }, "onerror", "unknown field `onerror`: did you mean `onError`?"],
  ])("complains of %j", (options, path, message) => {
    const { problems, accepted } = parse(options);

    expect(problems.map((problem) => [problem.path, problem.message])).toEqual([[path, message]]);
    expect(accepted).toBe(false);
  });

  test("reads modes, locks and platforms", () => {
    const { config, problems, accepted } = parse({
      mode: "check",
      lock: "frozen",
      check: { drift: "error", gone: "off" },
      platform: "linux/aarch64",
      requirePlatforms: ["linux/amd64", "linux/arm"],
    });

    expect(problems).toEqual([]);
    expect(accepted).toBe(true);
    expect(config).toMatchObject({
      mode: "check",
      lock: "frozen",
      check: { unpinned: "error", drift: "error", gone: "off", unlocked: "warning", unreachable: "warning" },
      platform: { os: "linux", architecture: "arm64" },
      requirePlatforms: [
        { os: "linux", architecture: "amd64" },
        { os: "linux", architecture: "arm", variant: "v7" },
      ],
    });
  });

  test.each([
    [{ platform: "arm64" }, "platform", /^`platform`: "arm64" is not a platform: write/],
    [{ requirePlatforms: ["linux/amd64", "x"] }, "requirePlatforms[1]", /"x" is not a platform/],
    [{ check: { drft: "off" } }, "check.drft", /^unknown field `drft`: did you mean `drift`\?$/],
    [{ mode: "update", lock: "frozen" }, "lock", /^`mode: update` asks .* forbids asking/],
  ])("refuses %j", (options, path, message) => {
    const { problems, accepted } = parse(options);

    expect(accepted).toBe(false);
    expect(problems).toEqual([expect.objectContaining({ path, message: expect.stringMatching(message) })]);
  });

  test("tells everything that is wrong at once", () => {
    const { problems } = parse({ tag: "x", networks: null, registries: [{ only: "x" }] });

    expect(problems.map(({ path }) => path)).toEqual([
      "tag",
      "networks",
      "registries[0].only",
      "registries[0]",
    ]);
  });
});

test.each(["include", "exclude"])(
  "resources.%s complains of a selector of nothing, which would match everything",
  (name) => {
    const problems: string[] = [];
    const members = new Map<string, OptionValue>([
      [name, { kind: "list", path: name, elements: [{ kind: "null", path: `${name}[0]` }] }],
    ]);
    const raw: OptionValue = {
      kind: "map",
      path: "",
      members: new Map([["resources", { kind: "map", path: "resources", members }]]),
    };

    parseConfig(raw, ({ message }) => problems.push(message));

    expect(problems).toEqual([expect.stringContaining("must say which objects are meant")]);
  },
);
