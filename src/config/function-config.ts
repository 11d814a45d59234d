/**
 * From a functionConfig in one of its forms, and from the command line, to the options of the function.
 *
 * https://kpt.dev/book/04-using-functions/#specifying-functionconfig
 */

import { dirname } from "node:path";
import type { Input } from "../krm/input.ts";
import { type Resource, readResource, resourceRef } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { shorten } from "../text/quote.ts";
import { withoutLogin } from "../text/without-login.ts";
import { dereference, elementsOf, entriesOf, kindOf, rootOf, scalarText, scalarType } from "../yaml/node.ts";
import { scan, type YamlNode, type YamlText } from "../yaml/scan.ts";
import { YamlSyntaxError } from "../yaml/syntax-error.ts";
import type { Config } from "./config.ts";
import { configApiVersion, configInList, configKind, objectKeys, type ReadConfig } from "./config-object.ts";
import { type ConfigSources, FunctionConfigError } from "./config-sources.ts";
import { expressionsFor } from "./expressions.ts";
import type { OptionValue, Problem } from "./option-reader.ts";
import { parseConfig, parsePolicy } from "./parse-config.ts";
import { bothRules, type TrustRules, trustRules } from "./trust-rules.ts";

/**
 * Reads the configuration: from the list, or from the command line.
 *
 * @throws {FunctionConfigError} where it comes from both, or is no YAML.
 */
export async function readFunctionConfig(input: Input, sources: ConfigSources): Promise<ReadConfig> {
  const source = await configSource(input, sources);
  const resource = source && readResource(source.yaml, source.node);
  const faults: Result[] = [];
  const tell = (problem: Problem): void => {
    faults.push(faultOf(problem, resource));
  };
  const written = source === undefined ? noOptions : optionsOf(source, tell);
  const options = mergeOptions(written, literalOptions(sources.overrides ?? new Map()));
  const config = parseConfig(options, tell, await expressionsFor(options));
  const policy = sources.policy === undefined ? undefined : await readPolicy(sources.policy, faults);
  const isOfPackage = source?.yaml === input.yaml;
  if (isOfPackage && policy !== undefined && config.mode === "unpin") {
    const message = `\`mode: unpin\` checks nothing, so a functionConfig in the list must not say it while the policy ${JSON.stringify(sources.policy)} holds: say it on the command line, or unset PIN_DIGESTS_POLICY`;
    tell({ path: "mode", message });
  }
  const own = {
    folder: isOfPackage ? undefined : sources.functionConfigFolder,
    severity: config.mode === "check" ? config.check.unsigned : undefined,
  };
  return {
    config: isOfPackage ? asOfPackage(config) : config,
    rules: bothRules(trustRules(config, own), policy),
    faults,
  };
}

/** The rules of whoever runs the function, in a file of theirs. */
async function readPolicy(path: string, faults: Result[]): Promise<TrustRules> {
  const { readPolicyFile } = await import("./policy.ts");
  const { yaml, node } = scanConfig(await readPolicyFile(path), "the policy");
  const name = `the policy ${JSON.stringify(path)}`;
  const tell = (problem: Problem): void => {
    faults.push({ message: `${name}: ${problem.message}`, severity: "error" });
  };
  const resource = readResource(yaml, node);
  if (resource.kind !== configKind || resource.apiVersion !== configApiVersion) {
    tell({ path: "kind", message: `must be a \`${configKind}\` of \`${configApiVersion}\`` });
    return trustRules({ allow: [], signatures: [] }, { folder: undefined });
  }
  return trustRules(parsePolicy(typedOptions(yaml, node), tell), { name, folder: dirname(path) });
}

/** Orchestrators deliver a package's own configuration in the list. */
function asOfPackage(config: Config): Config {
  if (config.registries.length === 0) return config;
  return { ...config, registries: config.registries.map((entry) => ({ ...entry, fromPackage: true })) };
}

interface ConfigSource {
  readonly yaml: YamlText;
  readonly node: YamlNode;
}

async function configSource(input: Input, sources: ConfigSources): Promise<ConfigSource | undefined> {
  const node = configInList(input);
  const inList = node === undefined ? undefined : { yaml: input.yaml, node };
  const given = sources.functionConfig === undefined ? undefined : scanConfig(sources.functionConfig);
  if (inList !== undefined && (given !== undefined || (sources.overrides?.size ?? 0) > 0)) {
    throw new FunctionConfigError(
      "the function must be configured in one place, but the list has a `functionConfig` and the command line gives one too",
    );
  }
  return inList ?? given;
}

function scanConfig(text: string, name = "the functionConfig"): ConfigSource {
  try {
    const yaml = scan(text);
    const [document, second] = yaml.documents;
    if (document !== undefined && second === undefined) return { yaml, node: rootOf(document) };
    throw new FunctionConfigError(
      `${name} must be one YAML document, but there are ${yaml.documents.length}`,
    );
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new FunctionConfigError(`${name} must be YAML: ${error.message}`, { cause: error });
  }
}

function faultOf({ path, message, value }: Problem, resource: Resource | undefined): Result {
  const ref = resource && resourceRef(resource);
  if (resource === undefined || ref === undefined) return { message, severity: "error" };
  const file = resource.file === undefined ? {} : { file: resource.file };
  return {
    message,
    severity: "error",
    resourceRef: ref,
    field: { path, ...(value !== undefined && { currentValue: shorten(value, VALUE_MAX) }) },
    ...file,
  };
}

const VALUE_MAX = 1024;

/**
 * The options in a functionConfig: the fields of a `PinDigests`, or the `data` of a ConfigMap, whose keys name nested
 * options by dots.
 */
function optionsOf({ yaml, node }: ConfigSource, tell: (problem: Problem) => void): OptionValue {
  const { apiVersion, kind } = readResource(yaml, node);
  if (kind === configKind && apiVersion === configApiVersion) return typedOptions(yaml, node);
  if (kind === "ConfigMap" && apiVersion === "v1") return configMapOptions(yaml, node, tell);
  const expected = `must be a \`${configKind}\` of \`${configApiVersion}\` or a \`ConfigMap\` of \`v1\``;
  const said =
    kind === "" || apiVersion === ""
      ? "lacks `apiVersion` or `kind`"
      : `is ${JSON.stringify(kind)} of ${JSON.stringify(apiVersion)}`;
  const actual = kindOf(yaml, node) === "mapping" ? said : "is no map";
  tell({
    path: kind === configKind ? "apiVersion" : "kind",
    message: `the functionConfig ${expected}, but ${actual}`,
  });
  return noOptions;
}

/** The options of a command line, `key=value`, read as the data of a ConfigMap. */
function literalOptions(overrides: ReadonlyMap<string, string>): OptionValue {
  return nested(
    [...overrides].map(([name, text]) => ({
      name,
      raw: { kind: "text", path: withoutLogin(name), text, flat: true },
    })),
    "",
  );
}

/** What is wrong with options of a command line, taken by themselves. */
export function literalProblems(overrides: ReadonlyMap<string, string>): readonly Problem[] {
  const problems: Problem[] = [];
  parseConfig(literalOptions(overrides), (problem) => problems.push(problem));
  return problems;
}

/** Both, the second winning over the first. */
function mergeOptions(first: OptionValue, second: OptionValue): OptionValue {
  if (first.kind !== "map" || second.kind !== "map") return second;
  const members = new Map(first.members);
  for (const [name, raw] of second.members) {
    const other = members.get(name);
    members.set(name, other === undefined ? raw : mergeOptions(other, raw));
  }
  return { ...first, members };
}

const noOptions: OptionValue = { kind: "map", path: "", members: new Map() };

function typedOptions(yaml: YamlText, node: YamlNode): OptionValue {
  const raw = rawOf(yaml, node, "");
  if (raw.kind !== "map") return noOptions;
  return { ...raw, members: new Map([...raw.members].filter(([name]) => !objectKeys.has(name))) };
}

type RawMap = Extract<OptionValue, { readonly kind: "map" }>;

function configMapOptions(yaml: YamlText, node: YamlNode, tell: (problem: Problem) => void): OptionValue {
  const members: NamedOption[] = [];
  const repeated: string[] = [];
  for (const { key, value } of entriesOf(yaml, node)) {
    const field = scalarText(yaml, key) ?? "";
    if (objectKeys.has(field) || field === "immutable") continue;
    if (field !== "data") {
      tell({
        path: field,
        message: `unknown field \`${field}\`: options of a ConfigMap must stand under \`data\``,
      });
      continue;
    }
    const data = rawOf(yaml, value, "data");
    if (data.kind === "map") {
      for (const [name, raw] of data.members) members.push({ name, raw: fromConfigMap(raw) });
      for (const name of data.repeated ?? []) repeated.push(name);
    } else if (data.kind !== "null") {
      tell({ path: "data", message: "`data` of a ConfigMap must be a map of texts" });
    }
  }
  return { ...nested(members, "data"), repeated };
}

/** In a ConfigMap all is text, and a list is text with commas. */
function fromConfigMap(raw: OptionValue): OptionValue {
  if (raw.kind === "null") return { kind: "text", path: raw.path, text: "", flat: true };
  return raw.kind === "text" ? { ...raw, flat: true } : raw;
}

/** `network.timeout` is the option `timeout` of the group `network`. No group holds groups. */
function nested(members: readonly NamedOption[], path: string): RawMap {
  const groups = new Map<string, NamedOption[]>();
  const options = new Map<string, OptionValue>();
  for (const { name, raw } of members) {
    const dot = name.indexOf(".");
    if (dot <= 0) {
      options.set(name, raw);
      continue;
    }
    const group = groups.get(name.slice(0, dot)) ?? [];
    groups.set(name.slice(0, dot), group);
    group.push({ name: name.slice(dot + 1), raw });
  }
  for (const [name, inner] of groups) {
    // `network=x` beside it is wrong, and is to be told so.
    if (options.has(name)) continue;
    const grouped = new Map(inner.map((option) => [option.name, option.raw]));
    options.set(name, { kind: "map", path: below(path, name), members: grouped });
  }
  return { kind: "map", path, members: options };
}

interface NamedOption {
  readonly name: string;
  readonly raw: OptionValue;
}

/** The path of an option, for messages. */
function below(path: string, name: string): string {
  return path === "" ? withoutLogin(name) : `${path}.${withoutLogin(name)}`;
}

function rawOf(yaml: YamlText, node: YamlNode, path: string): OptionValue {
  const target = dereference(yaml, node);
  switch (kindOf(yaml, target)) {
    case "mapping": {
      const members = new Map<string, OptionValue>();
      const repeated: string[] = [];
      for (const { key, value } of entriesOf(yaml, target)) {
        const name = scalarText(yaml, key) ?? "";
        if (members.has(name)) repeated.push(name);
        members.set(name, rawOf(yaml, value, below(path, name)));
      }
      return { kind: "map", path, members, repeated };
    }
    case "sequence":
      return {
        kind: "list",
        path,
        elements: elementsOf(yaml, target).map((element, index) => rawOf(yaml, element, `${path}[${index}]`)),
      };
    default:
      if (scalarType(yaml, target) === "null") return { kind: "null", path };
      return { kind: "text", path, text: scalarText(yaml, target) ?? "", flat: false };
  }
}
