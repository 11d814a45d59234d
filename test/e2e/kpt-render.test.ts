import { cpSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { type Ended, executable, repository, run } from "./command.ts";
import { useFixture } from "./fixture.ts";
import { describeWith, identityImage, pinImage } from "./tools.ts";
import { changedLines, copyOf, folderOf, type Tree, treeOf } from "./workspace.ts";

describeWith(["kpt", "docker-registry"], "kpt fn render, executable", () => {
  const fixture = useFixture();

  test("changes image lines alone, as a mutator over nested packages", async () => {
    const [same, pinned] = [fixture.site(pipeline("mutators", "cat")), fixture.site(mutator)];

    await render(same);
    const ended = await render(pinned);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(resourcesOf(same), resourcesOf(pinned))).toStrictEqual(fixture.pinned);
  });

  test("is found on the PATH by its name", async () => {
    const bin = folderOf({});
    symlinkSync(executable, join(bin, "pin-digests"));
    const site = fixture.site(pipeline("mutators", "pin-digests"));

    const ended = await run("kpt", ["fn", "render", site, "--allow-exec"], {
      env: { PATH: `${bin}${delimiter}${process.env.PATH}` },
    });

    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(site)["db/db.yaml"]).toContain(`:16@${fixture.digest("site/db:16")}\n`);
  });

  test("runs in the pipeline of each package", async () => {
    const inner = { "db/Kptfile": mutator.Kptfile.replace("name: site", "name: db") };
    const [same, pinned] = [fixture.site(), fixture.site(inner)];

    await render(same);
    const ended = await render(pinned);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(resourcesOf(same), resourcesOf(pinned))).toStrictEqual([fixture.pinned[0]]);
  });

  test("changes nothing the second time", async () => {
    const site = fixture.site(mutator);
    await render(site);
    const once = treeOf(site);

    const ended = await render(site);

    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(site)).toStrictEqual(once);
  });

  test("changes nothing as a validator", async () => {
    const [same, validated] = [fixture.site(pipeline("validators", "cat")), fixture.site(validator)];

    await render(same);
    const ended = await render(validated);

    expect(ended.code, ended.stderr).toBe(0);
    expect(resourcesOf(validated)).toStrictEqual(resourcesOf(same));
  });

  test("finds nothing to do as a validator after it was a mutator", async () => {
    const both = { Kptfile: `${mutator.Kptfile}  validators:\n  - exec: ${executable}\n` };
    const [same, pinned] = [fixture.site(), fixture.site(both)];

    await render(same);
    const ended = await render(pinned);

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr.match(/\[PASS\]/g)).toHaveLength(2);
    expect(changedLines(resourcesOf(same), resourcesOf(pinned))).toStrictEqual(fixture.pinned);
  });

  test("fails as a validator where an image can't be pinned", async () => {
    const broken = { ...validator, "db/db.yaml": pod(`${fixture.host}/site/absent:1`) };
    const site = fixture.site(broken);

    const ended = await render(site);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`${fixture.host}/site/absent:1`);
    expect(resourcesOf(site)).toStrictEqual(resourcesOf(fixture.site(broken)));
  });

  test("takes its options from a file of the package, and leaves that file alone", async () => {
    const config = {
      "pin.yaml": `apiVersion: fn.kpt.dev/v1alpha1
kind: PinDigests
metadata:
  name: pin-digests # the options
  annotations:
    config.kubernetes.io/local-config: "true"
registries:
- {prefix: docker.io, mirrors: ["http://${fixture.host}"], only: true}
`,
      "db/db.yaml": pod("site/db:16"),
    };
    const [same, pinned] = [
      fixture.site({ ...config, ...pipeline("mutators", "cat", "configPath: pin.yaml") }),
      fixture.site({ ...config, ...pipeline("mutators", executable, "configPath: pin.yaml") }),
    ];

    await render(same);
    const ended = await render(pinned);

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(resourcesOf(same), resourcesOf(pinned))).toStrictEqual([
      {
        file: "db/db.yaml",
        from: "image: site/db:16",
        to: `image: site/db:16@${fixture.digest("site/db:16")}`,
      },
      ...fixture.pinned.slice(1),
    ]);
    expect(treeOf(pinned)["pin.yaml"]).toBe(config["pin.yaml"]);
  });

  function render(site: string): Promise<Ended> {
    return run("kpt", ["fn", "render", site, "--allow-exec", "--truncate-output=false"]);
  }
});

describeWith(["kpt", "docker-registry", "image"], "kpt fn render, container", () => {
  const fixture = useFixture();

  test("changes image lines alone where network is allowed", async () => {
    const [same, pinned] = [
      fixture.site(pipeline("mutators", identityImage)),
      fixture.site(pipeline("mutators", pinImage, "configMap: {report: problems}")),
    ];

    await render(same);
    const ended = await render(pinned, "--allow-network");

    expect(ended.code, ended.stderr).toBe(0);
    expect(changedLines(resourcesOf(same), resourcesOf(pinned))).toStrictEqual(fixture.pinned);
  });

  test("says which flag gives it network", async () => {
    const site = fixture.site(pipeline("mutators", pinImage));

    const ended = await render(site);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("kpt fn render --allow-network");
    expect(resourcesOf(site)).toStrictEqual(resourcesOf(fixture.site(pipeline("mutators", pinImage))));
  });
});

describeWith(["kpt", "image"], "this repository as a package", () => {
  test("renders its one example without network and changes nothing", async () => {
    const root = folderOf({});
    for (const name of ["Kptfile", ".krmignore", "examples", "test/e2e"]) {
      cpSync(join(repository, name), join(root, name), { recursive: true });
    }
    const before = resourcesOf(root);

    const ended = await render(root);
    const sourced = await run("kpt", ["fn", "source", root]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr.match(/\[PASS\] "localhost\/pin-digests:v0.1.0"/g)).toHaveLength(2);
    expect(resourcesOf(root)).toStrictEqual(before);
    expect(sourced.stdout.match(/(?<= config\.kubernetes\.io\/path: ').*(?=')/g)).toStrictEqual([
      "Kptfile",
      "examples/kpt-package/Kptfile",
      "examples/kpt-package/cleanup.yaml",
      "examples/kpt-package/web.yaml",
    ]);
  });
});

describeWith(["kpt", "docker-registry", "image"], "examples/kpt-package", () => {
  const fixture = useFixture();

  test("pins the image whose tag is new", async () => {
    const site = copyOf(join(repository, "examples/kpt-package"));
    const bumped = await run("sed", [
      "-i",
      `s|ghcr.io/stefanprodan/podinfo:6.4.0@sha256:[0-9a-f]*|${fixture.host}/site/web:1.4|`,
      join(site, "web.yaml"),
    ]);
    const before = resourcesOf(site);

    const refused = await render(site);
    const after = resourcesOf(site);
    const ended = await render(site, "--allow-network");

    expect([bumped.code, refused.code, ended.code]).toStrictEqual([0, 1, 0]);
    expect(after).toStrictEqual(before);
    expect(refused.stderr).toContain("--allow-network");
    expect(changedLines(before, resourcesOf(site))).toStrictEqual([
      {
        file: "web.yaml",
        from: `image: ${fixture.host}/site/web:1.4 # the site`,
        to: `image: ${fixture.host}/site/web:1.4@${fixture.digest("site/web:1.4")} # the site`,
      },
    ]);
  });
});

function render(site: string, ...flags: readonly string[]): Promise<Ended> {
  return run("kpt", ["fn", "render", site, "--truncate-output=false", ...flags]);
}

function pipeline(step: "mutators" | "validators", what: string, options = ""): { readonly Kptfile: string } {
  const source = what.startsWith("localhost/") ? "image" : "exec";
  return {
    Kptfile: `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: site
  annotations:
    config.kubernetes.io/local-config: "true"
pipeline:
  ${step}:
  - ${source}: ${what}
${options === "" ? "" : `    ${options}\n`}`,
  };
}

const mutator = pipeline("mutators", executable);

const validator = pipeline("validators", executable);

/** The files of a package but its Kptfiles: from v1.0.0-beta.65 on, kpt writes into them how the render went. */
function resourcesOf(site: string): Tree {
  return Object.fromEntries(Object.entries(treeOf(site)).filter(([path]) => !/(^|\/)Kptfile$/.test(path)));
}

function pod(image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: pod
spec:
  containers:
  - name: main
    image: ${image}
`;
}
