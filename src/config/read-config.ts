/** From where a configuration may stand to the options of a run. Most runs have none, and load nothing that reads one. */
import type { Input } from "../krm/input.ts";
import { configInList, type ReadConfig } from "./config-object.ts";
import type { ConfigSources } from "./config-sources.ts";
import { defaultConfig } from "./default-config.ts";

/**
 * Reads the configuration: from the list, or from the command line.
 *
 * @throws {FunctionConfigError} where it comes from both, or is no YAML.
 */
export async function readConfig(input: Input, sources: ConfigSources): Promise<ReadConfig> {
  if (!isConfigured(input, sources)) return { config: defaultConfig, rules: undefined, faults: [] };
  const { readFunctionConfig } = await import("./function-config.ts");
  return readFunctionConfig(input, sources);
}

function isConfigured(input: Input, { functionConfig, overrides, policy }: ConfigSources): boolean {
  if (functionConfig !== undefined || policy !== undefined || (overrides?.size ?? 0) > 0) return true;
  return configInList(input) !== undefined;
}
