import { trimEnd } from "../../yaml/trim-end.ts";
import type { Credential } from "../credential.ts";
import { asObject, asText, parseJsonObject } from "../json.ts";

/** A Docker configuration, or podman's auth.json, which has the same form; entries are decoded when they are used. */
export interface DockerConfig {
  /** Where it stands, for people. */
  readonly source: string;
  readonly auths: readonly (readonly [key: string, entry: unknown])[];
  readonly credHelpers: readonly (readonly [key: string, helper: string])[];
  readonly credsStore: string;
}

/** The text of a configuration; `bare` if it is the older `.dockercfg`, which is nothing but the map of logins. */
export interface ConfigDocument {
  readonly source: string;
  readonly text: string;
  readonly bare?: boolean;
}

/** Told of what is wrong, in words that hold no secret. */
export type Warn = (message: string) => void;

/**
 * Reads a configuration; a part that can't be read is left out with a warning.
 * https://github.com/docker/cli/blob/v28.0.0/cli/config/configfile/file.go
 */
export function parseDockerConfig(document: ConfigDocument, warn: Warn): DockerConfig | undefined {
  const { source } = document;
  const content = parseJsonObject(document.text);
  if (content === undefined) {
    warn(`wanted a Docker configuration in ${source}: not a JSON object, so no login is taken from it`);
    return undefined;
  }
  const members: Readonly<Record<string, unknown>> = document.bare === true ? { auths: content } : content;
  const section = (name: string) => readSection(members[name], `${JSON.stringify(name)} in ${source}`, warn);
  return {
    source,
    auths: section("auths"),
    credHelpers: section("credHelpers").flatMap(([key, helper]) =>
      typeof helper === "string" ? [[key, helper] as const] : [],
    ),
    credsStore: asText(members.credsStore) ?? "",
  };
}

function readSection(value: unknown, where: string, warn: Warn): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  warn(`wanted an object for ${where}: it is of another type, and is ignored`);
  return [];
}

/** What an entry of `auths` holds: a login, nothing (the mark that a helper keeps it), or something that is no login. */
export type AuthEntry =
  | { readonly kind: "login"; readonly credential: Credential }
  | { readonly kind: "empty" }
  | { readonly kind: "invalid"; readonly reason: string };

/** Decodes an entry of `auths`. `auth` wins over `username` and `password`, and a token over both, as in docker. */
export function readAuthEntry(entry: unknown): AuthEntry {
  const members = asObject(entry);
  if (members === undefined) return { kind: "invalid", reason: "it is not an object" };
  const field = (name: string) => asText(members[name]) ?? "";

  const registryToken = field("registrytoken");
  if (registryToken !== "") {
    return isBearerToken(registryToken)
      ? toLogin({ kind: "registry-token", token: registryToken })
      : { kind: "invalid", reason: '"registrytoken" holds characters that no header can hold' };
  }

  const auth = field("auth");
  const login = auth === "" ? { username: field("username"), password: field("password") } : decodeAuth(auth);

  const token = field("identitytoken");
  if (token !== "") {
    const username = login?.username ?? "";
    return toLogin({ kind: "identity-token", token, ...(username === "" ? {} : { username }) });
  }
  if (login === undefined) return { kind: "invalid", reason: '"auth" is not the base64 of user:password' };
  if (login.password === "") return { kind: "empty" };
  return toLogin({ kind: "basic", ...login });
}

/** Tells whether a header can hold a token as it is. */
export function isBearerToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function toLogin(credential: Credential): AuthEntry {
  return { kind: "login", credential };
}

const base64Pattern = /^[A-Za-z0-9+/_-]+={0,2}$/;

function decodeAuth(auth: string): { readonly username: string; readonly password: string } | undefined {
  const encoded = auth.trim();
  if (!base64Pattern.test(encoded)) return undefined;
  const decoded = Buffer.from(encoded, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 0) return undefined;
  // docker pads what it encodes with NUL characters.
  return {
    username: decoded.slice(0, colon),
    password: trimEnd(decoded.slice(colon + 1).replace(/^\0+/, ""), "\0"),
  };
}
