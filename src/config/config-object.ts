/** A configuration as an object: what it is called, whether it says anything, and what is read in it. */
import type { Input } from "../krm/input.ts";
import { readResource } from "../krm/resource.ts";
import type { Result } from "../krm/result.ts";
import { dereference, entriesOf, kindOf, scalarText, scalarType } from "../yaml/node.ts";
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import type { Config } from "./config.ts";
import type { TrustRules } from "./trust-rules.ts";

/** The kind of the function's own configuration. */
export const configKind = "PinDigests";
/** The group that the SDKs of functions keep for configuration. */
export const configGroup = "fn.kpt.dev";
/** The only apiVersion of the configuration. */
export const configApiVersion: string = `${configGroup}/v1alpha1`;

/** The functionConfig of a list, where it says something. */
export function configInList(input: Input): YamlNode | undefined {
  if (input.kind !== "ResourceList" || input.functionConfig === undefined) return undefined;
  return saysNothing(input.yaml, input.functionConfig) ? undefined : input.functionConfig;
}

/** True where nothing is configured: kpt sends an empty ConfigMap when it has no functionConfig to send. */
function saysNothing(yaml: YamlText, node: YamlNode): boolean {
  const { apiVersion, kind } = readResource(yaml, node);
  if (apiVersion !== "v1" || kind !== "ConfigMap") return false;
  return entriesOf(yaml, node).every(({ key, value }) => {
    const field = scalarText(yaml, key) ?? "";
    return objectKeys.has(field) || (field === "data" && isEmpty(yaml, dereference(yaml, value)));
  });
}

function isEmpty(yaml: YamlText, data: YamlNode): boolean {
  if (kindOf(yaml, data) === "mapping") return entriesOf(yaml, data).length === 0;
  return scalarType(yaml, data) === "null";
}

/** What a configuration says of itself as an object. */
export const objectKeys: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/** The configuration, and what is wrong with it: then nothing may be done by it. */
export interface ReadConfig {
  readonly config: Config;
  /** What images may be used; undefined where nobody says. */
  readonly rules: TrustRules | undefined;
  readonly faults: readonly Result[];
}
