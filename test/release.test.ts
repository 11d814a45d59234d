import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const folder = ".github/workflows";

describe.each(readdirSync(folder))("the workflow %s", (file) => {
  const text = readFileSync(`${folder}/${file}`, "utf8");
  const workflow = parse(text);

  test("runs actions by commit, each with the version that it is", () => {
    const uses = text.match(/\buses: .*/g) ?? [];

    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) expect(use).toMatch(/^uses: [-\w]+\/[-\w/]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("gives each job the permissions that it names, and no other", () => {
    expect(workflow.permissions).toStrictEqual({});
    for (const job of Object.values<{ permissions?: object }>(workflow.jobs))
      expect(job.permissions).toBeDefined();
  });

  test("puts nothing that others name into a script", () => {
    const scripts = Object.values<{ steps: { run?: string }[] }>(workflow.jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run = "" }) => run),
    );

    for (const script of scripts) expect(script).not.toContain("${{");
  });
});

describe("renovate.json", () => {
  const { packageRules } = JSON.parse(readFileSync(".github/renovate.json", "utf8"));

  test.each([
    ["undici", manifest.dependencies.undici],
    ["vitest", manifest.devDependencies.vitest],
    ["@types/node", manifest.devDependencies["@types/node"]],
  ])("keeps the major of %s that runs on the oldest Node", (name, version: string) => {
    const rule = packageRules.find(({ matchPackageNames }: { matchPackageNames?: string[] }) =>
      matchPackageNames?.includes(name),
    );
    const major = Number(/\d+/.exec(version)?.[0]);

    expect(rule.allowedVersions).toBe(`<${major + 1}`);
  });
});

describe("docs/metadata.yaml", () => {
  const { image, examplePackageURLs, license } = parse(readFileSync("docs/metadata.yaml", "utf8"));

  test("names examples that are there, each in the form of the catalog", () => {
    const examples = examplePackageURLs.map((url: string) => url.replace(/^.*\/tree\/main\//, ""));

    for (const example of examples) {
      expect(existsSync(example), example).toBe(true);
      const headlines = readFileSync(`${example}/README.md`, "utf8").match(/^#.*/gm);
      expect(headlines).toStrictEqual(
        expect.arrayContaining(["## Overview", "## Usage", "## Expected result"]),
      );
    }
  });

  test("names the image and the license of the package", () => {
    expect(image).toBe(`ghcr.io/OWNER/${manifest.name}`);
    expect(license).toBe(manifest.license);
  });
});
