import { trimEnd } from "../yaml/trim-end.ts";
import type { Credential } from "./credential.ts";
import { isBearerToken, type Warn } from "./docker/docker-config.ts";
import { asText } from "./json.ts";

/** A login given by environment variables, for the registries that `key` covers. */
export interface EnvironmentLogin {
  readonly source: string;
  readonly key: string;
  readonly credential: Credential;
}

/**
 * Reads PIN_DIGESTS_REGISTRY_HOSTNAME with _USERNAME and _PASSWORD, or with _TOKEN, which is sent as it is; with
 * `_0`, `_1`… after each name for several. A login without a host is for none.
 */
export function readEnvironmentLogins(
  environment: Readonly<Record<string, string | undefined>>,
  warn: Warn,
): readonly EnvironmentLogin[] {
  return listSuffixes(environment).flatMap((suffix) => {
    const variable = (field: string) => `${prefix}${field}${suffix}`;
    // What is read from a file often ends in a line break, which no login does.
    const value = (field: string) => asText(trimEnd(environment[variable(field)] ?? "", "\r\n"));

    const key = value("HOSTNAME");
    if (key === undefined) {
      warn(`wanted a host in ${variable("HOSTNAME")}: it is not set, so the login beside it is not used`);
      return [];
    }
    const token = value("TOKEN");
    if (token !== undefined && !isBearerToken(token)) {
      warn(`wanted a token in ${variable("TOKEN")}: it holds characters that no header can hold`);
      return [];
    }
    const credential = readCredential(value);
    if (credential === undefined) {
      warn(
        `wanted a login for ${variable("HOSTNAME")}: neither ${variable("PASSWORD")} nor ${variable("TOKEN")} is set`,
      );
      return [];
    }
    return [{ source: variable("HOSTNAME"), key, credential }];
  });
}

const prefix = "PIN_DIGESTS_REGISTRY_";
const variablePattern = /^PIN_DIGESTS_REGISTRY_(?:HOSTNAME|USERNAME|PASSWORD|TOKEN)(?<suffix>_\d+)?$/;

/** The suffixes in use, none first, then by number. */
function listSuffixes(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const suffixes = Object.entries(environment).flatMap(([name, value]) => {
    const match = asText(value) === undefined ? null : variablePattern.exec(name);
    return match === null ? [] : [match.groups?.suffix ?? ""];
  });
  return [...new Set(suffixes)].sort((a, b) => Number(a.slice(1) || -1) - Number(b.slice(1) || -1));
}

function readCredential(value: (field: string) => string | undefined): Credential | undefined {
  const token = value("TOKEN");
  if (token !== undefined) return { kind: "registry-token", token };
  const password = value("PASSWORD");
  return password === undefined ? undefined : { kind: "basic", username: value("USERNAME") ?? "", password };
}
