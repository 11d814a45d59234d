import type { Digest } from "../../src/image/digest.ts";
import { parseDigest } from "../../src/image/digest.ts";
import { canonicalName } from "../../src/image/reference.ts";
import type { Result } from "../../src/krm/result.ts";
import { type PinOptions, type PinResult, pinDigests } from "../../src/pin-digests.ts";
import { RegistryError } from "../../src/registry/errors.ts";
import type { Registry } from "../../src/registry/resolve/registry-session.ts";
import type { RegistryErrorCode } from "../../src/registry/transport/error-code.ts";

/** Digests that are told apart by their first characters. */
export const [one, two, three] = ["1", "2", "3"].map((digit) =>
  parseDigest(`sha256:${digit.repeat(64)}`),
) as [Digest, Digest, Digest];

/** A registry that counts what it is asked. */
export interface FakeRegistry extends Registry {
  readonly asked: readonly string[];
}

/** What tags mean, by canonical name; an error code in place of a digest fails. `held` are digests that are still there. */
export function fakeRegistry(
  tags: Readonly<Record<string, Digest | RegistryErrorCode>>,
  held: readonly Digest[] = [],
): FakeRegistry {
  const asked: string[] = [];
  return {
    asked,
    inspect: async (image, { platform, requirePlatforms = [] }) => {
      const name =
        image.tag === undefined && image.digest !== undefined
          ? `${image.registry}/${image.repository}@${image.digest}`
          : canonicalName(image);
      const question = platform === undefined ? name : `${name} ${platform.name}`;
      asked.push(question);
      const answer = tags[question] ?? image.digest ?? "tag-not-found";
      if (!answer.startsWith("sha256:")) throw failure(answer as RegistryErrorCode, name, image.registry);
      const platforms = requirePlatforms.map(({ name }) => name);
      return { digest: parseDigest(answer), ...(platforms.length > 0 && { platforms }) };
    },
    hasDigest: async (image, digest) => {
      asked.push(`${image.registry}/${image.repository}@${digest}?`);
      return held.includes(digest);
    },
  };
}

function failure(code: RegistryErrorCode, name: string, registry: string): RegistryError {
  return new RegistryError({ code, registry, reason: `answered ${code}` }, `${name}: answered ${code}`);
}

/** A pod; with a path, as kpt sends it. */
export function pod(image: string, path?: string): string {
  const annotations = path === undefined ? "" : `, annotations: {${paths(path)}}`;
  return `apiVersion: v1
kind: Pod
metadata: {name: web${annotations}}
spec:
  containers:
  - image: ${image}
`;
}

/** A lock with these entries, as text of YAML. */
export function lock(entries: Readonly<Record<string, string>>, path?: string): string {
  const lines = Object.entries(entries).map(([image, digest]) => `  ${image}:\n    digest: ${digest}\n`);
  const more = path === undefined ? "" : `, ${paths(path)}`;
  return `apiVersion: fn.kpt.dev/v1alpha1
kind: ImageLock
metadata: {name: image-lock, annotations: {config.kubernetes.io/local-config: "true"${more}}}
images: # by hand
${lines.join("")}`;
}

function paths(path: string): string {
  return `internal.config.kubernetes.io/path: ${path}, config.kubernetes.io/path: ${path}`;
}

/** A list as an orchestrator sends it. */
export function list(...items: readonly string[]): string {
  const texts = items.map((each) => `- ${each.trimEnd().replaceAll("\n", "\n  ")}\n`);
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${texts.join("")}`;
}

/** Runs with options as a command line has them. */
export function run(
  text: string,
  registry: Registry,
  literals: Readonly<Record<string, string>> = {},
  options: PinOptions = {},
): Promise<PinResult> {
  return pinDigests(text, { registry, overrides: new Map(Object.entries(literals)), ...options });
}

/** Severities and messages. */
export function messages(results: readonly Result[]): readonly string[] {
  return results.map(({ severity, message }) => `${severity}: ${message}`);
}

/** What stands before the results. */
export function itemsOf(text: string): string {
  return text.split("results:\n")[0] ?? "";
}
