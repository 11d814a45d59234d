import { afterAll, beforeAll } from "vitest";
import { type DebianRegistry, startDebianRegistry } from "./debian-registry.ts";
import { packageFiles, packageImages } from "./package.ts";
import { type ChangedLine, folderOf, type Tree } from "./workspace.ts";

/** A registry that holds the images of the package. */
export interface Fixture {
  readonly host: string;
  /** The digest that an image of the package has there. */
  digest(image: string): string;
  /** A new folder with the package, its files changed or added to. */
  site(more?: Tree): string;
  /** The lines that pinning the whole package changes. */
  readonly pinned: readonly ChangedLine[];
}

/** Starts the registry before the tests of a suite and stops it after them. */
export function useFixture(): Fixture {
  let registry: DebianRegistry | undefined;
  const digests = new Map<string, string>();

  beforeAll(async () => {
    registry = await startDebianRegistry();
    for (const image of packageImages) digests.set(image, await registry.push(image));
  });
  afterAll(() => registry?.stop());

  const host = (): string => registry?.host ?? "";
  const digest = (image: string): string => digests.get(image) ?? "";
  return {
    get host() {
      return host();
    },
    digest,
    site: (more = {}) => folderOf({ ...packageFiles(host()), ...more }),
    get pinned() {
      return pinnedLines(host(), digest);
    },
  };
}

function pinnedLines(host: string, digest: Fixture["digest"]): readonly ChangedLine[] {
  const [web, tools, db] = ["site/web:1.4", "site/tools:2", "site/db:16"].map((image) => `${host}/${image}`);
  const [webDigest, toolsDigest, dbDigest] = packageImages.map(digest);
  return [
    {
      file: "db/db.yaml",
      from: `image: ${db}`,
      to: `image: ${db}@${dbDigest}`,
    },
    {
      file: "jobs/clean.yaml",
      from: `image: "${tools}"`,
      to: `image: "${tools}@${toolsDigest}"`,
    },
    {
      file: "web.yaml",
      from: `- {name: copy, image: '${tools}', command: [cp]} # flow`,
      to: `- {name: copy, image: '${tools}@${toolsDigest}', command: [cp]} # flow`,
    },
    {
      file: "web.yaml",
      from: `image: &web ${web} # {"$imagepolicy": "site:web"}`,
      to: `image: &web ${web}@${webDigest} # {"$imagepolicy": "site:web"}`,
    },
  ];
}
