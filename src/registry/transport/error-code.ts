/** Why a registry gave no digest, and what each reason means for whatever else is asked: one row a code. */

/** Why a registry gave no digest. */
export type RegistryErrorCode =
  | "dns"
  | "refused"
  | "unreachable"
  | "timeout"
  | "too-many-files"
  | "deadline"
  | "aborted"
  | "proxy"
  | "tls"
  | "wrong-ca"
  | "certificate-file"
  | "https-on-http"
  | "http-on-https"
  | "package-login"
  | "plain-login"
  | "unauthorized"
  | "forbidden"
  | "tag-not-found"
  | "repository-not-found"
  | "rate-limited"
  | "pull-limit"
  | "server"
  | "not-a-registry"
  | "too-large"
  | "bad-digest"
  | "schema1"
  | "platform"
  | "not-an-image"
  | "redirect"
  | "realm"
  | "address"
  | "blocked";

/** What is true of a failure. */
export type ErrorTrait =
  /** It is the host's, so other images there most likely fail too. */
  | "hostWide"
  /** It will come again for every other repository of the host. */
  | "lasting"
  /** The registry says that it has no such thing. */
  | "absent"
  /** Somebody counts requests. */
  | "limit"
  /** A login was not sent. */
  | "withheld"
  /** It looks like a machine without a network. */
  | "noNetwork";

/** The traits of each code. */
const traits: Readonly<Record<RegistryErrorCode, readonly ErrorTrait[]>> = {
  dns: ["hostWide", "lasting", "noNetwork"],
  refused: ["hostWide", "lasting", "noNetwork"],
  unreachable: ["hostWide", "lasting", "noNetwork"],
  timeout: ["hostWide", "lasting"],
  "too-many-files": ["hostWide"],
  deadline: ["hostWide"],
  aborted: ["hostWide"],
  proxy: ["hostWide", "lasting"],
  tls: ["hostWide", "lasting"],
  "wrong-ca": ["hostWide", "lasting"],
  "certificate-file": ["hostWide", "lasting"],
  "https-on-http": ["hostWide", "lasting"],
  "http-on-https": ["hostWide"],
  "package-login": ["hostWide", "withheld"],
  "plain-login": ["hostWide", "withheld"],
  unauthorized: [],
  forbidden: [],
  "tag-not-found": ["absent"],
  "repository-not-found": ["absent"],
  "rate-limited": ["hostWide", "limit"],
  "pull-limit": ["hostWide", "limit"],
  server: ["hostWide"],
  "not-a-registry": ["hostWide"],
  "too-large": ["hostWide"],
  "bad-digest": [],
  schema1: [],
  platform: [],
  "not-an-image": [],
  redirect: ["hostWide"],
  realm: ["hostWide"],
  address: ["hostWide"],
  blocked: [],
};

/** Whether something is true of a failure with a code. */
export function hasTrait(code: RegistryErrorCode, trait: ErrorTrait): boolean {
  return traits[code].includes(trait);
}
