/** The options of the function: what each may be, and what holds where nothing is said. */

import type { FieldSpec } from "../fields/field-spec.ts";
import { globKind } from "../image/glob-set.ts";
import { formatPlatform, InvalidPlatformError, type Platform, parsePlatform } from "../image/platform.ts";
import type { Expressions } from "../krm/expression.ts";
import type { RegistryConfig } from "../registry/transport/registry-config.ts";
import { withoutLogin } from "../text/without-login.ts";
import { literals } from "./expressions.ts";
import { builtIn, fieldSpec } from "./field-spec-option.ts";
import {
  choice,
  duration,
  flag,
  group,
  integer,
  list,
  maps,
  type OptionValue,
  type Problem,
  type Readers,
  text,
} from "./option-reader.ts";
import { type ResourceSelection, resources } from "./selector-option.ts";

/** All options, each with a value. */
export interface Config {
  /** What to do: write digests, look for newer ones, only look, or take them out again. */
  readonly mode: "pin" | "update" | "check" | "unpin";
  /** `keep` writes `name:tag@digest`, `drop` writes `name@digest`. */
  readonly tag: "keep" | "drop";
  /** Whose manifest the digest is to be that of; absent for what the tag itself means, which is mostly an index. */
  readonly platform?: Platform;
  /** Platforms that every image must have. */
  readonly requirePlatforms: readonly Platform[];
  /** Image globs: where there are any, only these images are pinned. */
  readonly include: readonly string[];
  /** Image globs: these images are left alone, also where they are included. */
  readonly exclude: readonly string[];
  /** Images whose text begins with one of these are left alone. */
  readonly skipPrefixes: readonly string[];
  /** Which objects are looked into: where there are any to include, only those. */
  readonly resources: ResourceSelection;
  /** Where images are, beside what the built-in table knows. */
  readonly fieldSpecs: readonly FieldSpec[];
  /** Whether the built-in table counts, or for which kinds. */
  readonly builtIn: boolean | readonly string[];
  /** What to do about what reads as an image in a field that no rule knows. */
  readonly unknownFields: "qualified" | "all" | "report" | "ignore";
  /** `warn` leaves an image that can't be pinned as it is and goes on. */
  readonly onError: OnError;
  /** `auto` uses locks that there are, `create` also makes one, `frozen` asks for nothing that they lack, `off` ignores them. */
  readonly lock: "auto" | "create" | "frozen" | "off";
  /** What `mode: check` makes of what it finds. */
  readonly check: Readonly<Record<CheckClass, Severity | "off">>;
  /** `header` trusts the digest that a registry names, `get` computes it from the manifest. */
  readonly verify: "header" | "get";
  /** `package` uses the pull secrets that lie in the package. */
  readonly credentials: readonly "package"[];
  /** How to ask which registries. */
  readonly registries: readonly RegistryOptions[];
  readonly network: NetworkConfig;
  /** What results tell: problems alone, changes too, or also what was left alone and why. */
  readonly report: "problems" | "changes" | "all";
}

/** What to do about an image that can't be pinned. */
export type OnError = "fail" | "warn";

/** What `mode: check` looks for. */
export type CheckClass = "unpinned" | "drift" | "gone" | "unlocked" | "unreachable" | "unknown";

/** How much a finding matters. */
type Severity = "error" | "warning";

/** How to ask the registries that `prefix` names, and what their failures mean. */
export interface RegistryOptions extends RegistryConfig {
  readonly onError?: OnError;
}

/** Limits of the network; times in milliseconds. */
export interface NetworkConfig {
  /** Requests at once, to each registry. */
  readonly concurrency: number;
  /** For one attempt. */
  readonly timeout: number;
  /** Further attempts after one that failed for a passing reason. */
  readonly retries: number;
  /** For the whole run. */
  readonly deadline: number;
}

/** What holds where nothing is said. */
export const defaultConfig: Config = {
  mode: "pin",
  tag: "keep",
  requirePlatforms: [],
  include: [],
  exclude: [],
  skipPrefixes: [],
  resources: { include: [], exclude: [] },
  fieldSpecs: [],
  builtIn: true,
  unknownFields: "qualified",
  onError: "fail",
  lock: "auto",
  check: {
    unpinned: "error",
    drift: "warning",
    gone: "error",
    unlocked: "warning",
    unreachable: "warning",
    unknown: "warning",
  },
  verify: "header",
  credentials: [],
  registries: [],
  network: { concurrency: 8, timeout: 20_000, retries: 4, deadline: 240_000 },
  report: "changes",
};

const defaultRegistry: RegistryOptions = {
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

const word = text(/^\S+$/, "a text without white space");
const path = text(/^.+$/, "the path of a file");
const host = String.raw`(?:[\w*-]+(?:\.[\w*-]+)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?`;
const prefix = text(
  new RegExp(`^(?:\\*|${host}(?:/[a-z0-9._-]+)*)$`),
  '"*" or a registry with a part of its names, such as "ghcr.io/acme"',
);
const mirror = text(
  new RegExp(`^(?:https?://)?${host}(?:/[a-z0-9._-]+)*/?$`),
  'the address of a registry, such as "harbor.acme.io/hub" or "http://127.0.0.1:5000"',
);
const onError = choice("fail", "warn");
const severity = choice("error", "warning", "off");

/** What a user writes: whose the configuration is shows by where it came from. */
type WrittenRegistry = Omit<RegistryOptions, "fromPackage">;

const registryReaders: Readers<WrittenRegistry> = {
  prefix,
  mirrors: list(mirror),
  only: flag,
  plainHTTP: flag,
  insecureSkipTLSVerify: flag,
  caFile: path,
  certFile: path,
  keyFile: path,
  concurrency: integer(1, 64),
  onError,
  blocked: flag,
};

// More than there are.
const PLATFORMS_MAX = 100;

const readers: Omit<Readers<Config>, "resources" | "fieldSpecs"> = {
  mode: choice("pin", "update", "check", "unpin"),
  tag: choice("keep", "drop"),
  platform,
  requirePlatforms: list(platform, PLATFORMS_MAX),
  include: globs,
  exclude: globs,
  skipPrefixes: list(word),
  builtIn,
  unknownFields: choice("qualified", "all", "report", "ignore"),
  onError,
  lock: choice("auto", "create", "frozen", "off"),
  check: (raw, tell) => {
    const check = group<Config["check"]>({
      unpinned: severity,
      drift: severity,
      gone: severity,
      unlocked: severity,
      unreachable: severity,
      unknown: severity,
    })(raw, tell);
    return check && { ...defaultConfig.check, ...check };
  },
  verify: choice("header", "get"),
  credentials: list(choice("package")),
  registries: maps(registry),
  network: (raw, tell) => {
    const network = group<NetworkConfig>({
      concurrency: integer(1, 64),
      timeout: duration("2m"),
      retries: integer(0, 10),
      // kpt ends a function after five minutes, and says nothing of what it had to say.
      deadline: duration("4m50s"),
    })(raw, tell);
    return network && { ...defaultConfig.network, ...network };
  },
  report: choice("problems", "changes", "all"),
};

function globs(raw: OptionValue, tell: (problem: Problem) => void): readonly string[] | undefined {
  const read = list(word)(raw, tell);
  const others = read?.filter((glob) => globKind(glob) === "other").length ?? 0;
  if (others <= GLOBS_MAX) return read;
  const message = `\`${raw.path}\` must have at most ${GLOBS_MAX} globs with a star elsewhere than at their end, but has ${others}`;
  tell({ path: raw.path, message });
  return undefined;
}

// Each image is held against all of them.
const GLOBS_MAX = 250;

function platform(raw: OptionValue, tell: (problem: Problem) => void): Platform | undefined {
  const written = text(/^/, "a platform")(raw, tell);
  if (written === undefined) return undefined;
  try {
    return parsePlatform(withoutLogin(written));
  } catch (error) {
    if (!(error instanceof InvalidPlatformError)) throw error;
    tell({ path: raw.path, message: `\`${raw.path}\`: ${error.message}`, value: withoutLogin(written) });
    return undefined;
  }
}

function registry(raw: OptionValue, tell: (problem: Problem) => void): RegistryOptions | undefined {
  const options = group<WrittenRegistry>(registryReaders)(raw, tell);
  if (options === undefined) return undefined;
  if (raw.kind !== "map" || !raw.members.has("prefix"))
    tell({ path: raw.path, message: `\`${raw.path}.prefix\` must say which registries are meant` });
  if (options.only === true && (options.mirrors ?? []).length === 0)
    tell({
      path: raw.path,
      message: `\`${raw.path}.only\` asks the \`mirrors\` alone, so there must be some`,
    });
  if ((options.certFile === undefined) !== (options.keyFile === undefined))
    tell({ path: raw.path, message: `\`${raw.path}\` must have \`certFile\` and \`keyFile\`, or neither` });
  return { ...defaultRegistry, ...options };
}

/** The options that a user wrote, with the defaults for the rest. Each thing that is wrong is told. */
export function parseConfig(
  raw: OptionValue,
  tell: (problem: Problem) => void,
  expressions: Expressions = literals,
): Config {
  const read = group<Config>({
    ...readers,
    resources: resources(expressions),
    fieldSpecs: maps(fieldSpec(expressions)),
  });
  const config = { ...defaultConfig, ...read(raw, tell) };
  if (config.mode === "update" && config.lock === "frozen") {
    const message =
      "`mode: update` asks what tags mean now, and `lock: frozen` forbids to ask: remove one of them";
    tell({ path: "lock", message });
  }
  return config;
}

/** The platform of a configuration, as locks write it. */
export function platformName({ platform }: Pick<Config, "platform">): string | undefined {
  return platform && formatPlatform(platform);
}
