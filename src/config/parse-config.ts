/** From what a user wrote to the options of a run. */
import type { Expressions } from "../krm/expression.ts";
import type { Config } from "./config.ts";
import { defaultConfig } from "./default-config.ts";
import { literals } from "./expressions.ts";
import type { OptionValue, Tell } from "./option-reader.ts";
import { tableReader } from "./option-row.ts";
import { optionTable } from "./options.ts";
import type { TrustOptions } from "./trust-rules.ts";

/** The rules of a policy, which has no other options. Each thing that is wrong is told. */
export function parsePolicy(raw: OptionValue, tell: Tell): TrustOptions {
  const { allow, signatures } = optionTable(literals);
  return { allow: [], signatures: [], ...tableReader<TrustOptions>({ allow, signatures })(raw, tell) };
}

/** The options that a user wrote, with the defaults for the rest. Each thing that is wrong is told. */
export function parseConfig(raw: OptionValue, tell: Tell, expressions: Expressions = literals): Config {
  const config = { ...defaultConfig, ...tableReader(optionTable(expressions))(raw, tell) };
  if (config.mode === "update" && config.lock === "frozen") {
    const message =
      "`mode: update` asks what tags mean now, and `lock: frozen` forbids asking: remove one of them";
    tell({ path: "lock", message });
  }
  return config;
}
