/** Configuration that does not come with a ResourceList. */
export interface ConfigSources {
  /** The text of a functionConfig. */
  readonly functionConfig?: string;
  /** The folder of the functionConfig, from which it names files; left out, it may name none. */
  readonly functionConfigFolder?: string;
  /** Options as a ConfigMap has them; they win over those of `functionConfig`. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** The file of rules that hold whatever the functionConfig says: `PIN_DIGESTS_POLICY`. */
  readonly policy?: string | undefined;
}

/** The sources, with the policy that an environment names. */
export function withPolicy(
  sources: ConfigSources,
  environment: Readonly<Record<string, string | undefined>> = {},
): ConfigSources {
  const { PIN_DIGESTS_POLICY: policy } = environment;
  return policy ? { ...sources, policy } : sources;
}

/** Two configurations where one must be, or a text that is none. */
export class FunctionConfigError extends Error {
  override readonly name = "FunctionConfigError";
}
