import { canonicalHost, coversName, splitHost } from "../../image/registry-host.ts";

/** What a login is wanted for: a registry's host, `docker.io` for all of Docker Hub, and a repository of it. */
export interface Target {
  readonly host: string;
  readonly repository: string;
}

/**
 * The entries whose key covers the target, most specific first: the exact host with the longest path, then globs.
 * Keys that are equally specific keep the order they stand in.
 *
 * A key is `[scheme://]host[:port][/path]`, as docker, podman and the kubelet write it. Paths end at segment
 * boundaries, so that `gcr.io/foo` does not cover `gcr.io/foobar/x`, as it does for the kubelet.
 * https://kubernetes.io/docs/concepts/containers/images/#config-json
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export function selectEntries<T>(
  entries: readonly (readonly [key: string, value: T])[],
  target: Target,
): readonly (readonly [key: string, value: T])[] {
  const found = entries
    .flatMap((entry) => {
      const match = matchKey(entry[0], target);
      return match === undefined ? [] : [{ entry, match }];
    })
    .sort((a, b) => compareMatches(a.match, b.match));
  // `docker login` keeps tokens of its own beside Docker Hub's login, at https://index.docker.io/v1/refresh-token:
  // a URL of another path counts only where nothing else does, as in docker.
  const better = found.filter(({ match }) => match.path >= 0);
  return (better.length > 0 ? better : found).map(({ entry }) => entry);
}

interface Match {
  readonly literalHost: boolean;
  /** Length of the path matched; less than zero where only the host of a URL did. */
  readonly path: number;
  readonly literals: number;
}

function compareMatches(a: Match, b: Match): number {
  return Number(b.literalHost) - Number(a.literalHost) || b.path - a.path || b.literals - a.literals;
}

function matchKey(text: string, target: Target): Match | undefined {
  const key = parseKey(text);
  if (key === undefined || !hostMatches(key.host, canonicalHost(target.host))) return undefined;
  const path = matchPath(key, target.repository);
  if (path === undefined) return undefined;
  return { literalHost: !key.host.includes("*"), path, literals: key.host.replaceAll("*", "").length };
}

interface Key {
  readonly url: boolean;
  readonly host: string;
  readonly path: string;
}

const keyPattern = /^(?<scheme>https?:\/\/)?(?<host>[a-z0-9.*:[\]_-]+)(?<path>\/[^?#]*)?$/i;

function parseKey(text: string): Key | undefined {
  const groups = keyPattern.exec(text)?.groups;
  if (groups?.host === undefined) return undefined;
  // The version of the API is no part of a repository's name: `https://index.docker.io/v1/`.
  const path = (groups.path ?? "").replace(/^\/v[12](?=\/|$)/, "");
  return {
    url: groups.scheme !== undefined,
    host: canonicalHost(groups.host),
    path: path.split("/").filter(Boolean).join("/"),
  };
}

function matchPath(key: Key, repository: string): number | undefined {
  if (key.path === "" || repository === key.path || repository.startsWith(`${key.path}/`)) {
    return key.path.length;
  }
  // docker compares nothing but the host of a key that is a URL.
  // https://github.com/docker/cli/blob/v28.0.0/cli/config/credentials/file_store.go
  return key.url ? -1 : undefined;
}

/** A port counts as a part of the name: it must be the same. */
function hostMatches(pattern: string, host: string): boolean {
  const [key, asked] = [splitHost(pattern), splitHost(host)];
  return key.port === asked.port && coversName(key.name, asked.name);
}
