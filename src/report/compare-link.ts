import type { ImageVersion } from "./versions.ts";

/** What an image says of where it comes from. */
export type Origin = Pick<ImageVersion, "source" | "revision">;

/**
 * Where two revisions can be compared; undefined where the labels are not those of one repository on a forge that is known.
 * The labels are whatever the publisher wrote, so the address of any other host could lead anywhere.
 */
export function compareLink(before: Origin, after: Origin): string | undefined {
  const [source, target] = [repositoryOf(before.source), repositoryOf(after.source)];
  const [from = "", to = ""] = [before.revision, after.revision];
  if (source === undefined || source.address !== target?.address) return undefined;
  if (!REVISION.test(from) || !REVISION.test(to) || from === to) return undefined;
  return `https://${source.address}/${source.forge.compare(from, to)}`;
}

/** How a forge names its repositories and comparisons. */
interface Forge {
  readonly hasGroups?: true;
  compare(from: string, to: string): string;
}

const likeGitHub: Forge = { compare: (from, to) => `compare/${from}...${to}` };

const forges: Readonly<Record<string, Forge>> = {
  "github.com": likeGitHub,
  "codeberg.org": likeGitHub,
  "gitea.com": likeGitHub,
  "gitlab.com": { hasGroups: true, compare: (from, to) => `-/compare/${from}...${to}` },
  // Bitbucket names the newer one first.
  "bitbucket.org": { compare: (from, to) => `branches/compare/${to}..${from}` },
};

function repositoryOf(source = ""): { readonly address: string; readonly forge: Forge } | undefined {
  const { host = "", path = "" } = SOURCE.exec(source.replace(/(?:\.git)?\/?$/, ""))?.groups ?? {};
  const forge = Object.hasOwn(forges, host) ? forges[host] : undefined;
  const depth = path.split("/").length;
  if (forge === undefined || depth < 2 || (depth > 2 && forge.hasGroups === undefined)) return undefined;
  return { address: `${host}/${path}`, forge };
}

const SOURCE = /^https:\/\/(?<host>[a-z.]+)\/(?<path>[\w-][\w.-]*(?:\/[\w-][\w.-]*)*)$/;
const REVISION = /^[0-9a-f]{7,64}$/;
