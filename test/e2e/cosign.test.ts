import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, executable, run } from "./command.ts";
import { type DebianRegistry, startDebianRegistry } from "./debian-registry.ts";
import { describeWith } from "./tools.ts";
import { folderOf } from "./workspace.ts";

const provenance = "https://slsa.dev/provenance/v1";

// The newer signs in bundles, where it is not told to do as the older, which signs under tags.
const signers = [
  { cosign: "cosign2", form: "under tags", flags: [] },
  {
    cosign: "cosign3",
    form: "under tags",
    flags: ["--use-signing-config=false", "--new-bundle-format=false"],
  },
  { cosign: "cosign3", form: "in bundles", flags: ["--use-signing-config=false"] },
] as const;

for (const { cosign, form, flags } of signers) {
  describeWith([cosign, "docker-registry"], `signatures of ${cosign} ${form}`, () => {
    let registry: DebianRegistry;

    beforeAll(async () => {
      registry = await startDebianRegistry();
    });

    afterAll(() => registry.stop());

    async function call(folder: string, ...args: readonly string[]): Promise<void> {
      const env = { COSIGN_PASSWORD: "secret", HOME: folder };
      const ended = await run(cosign, args, { cwd: folder, env });
      expect(ended.code, ended.stderr).toBe(0);
    }

    /** A folder with a key pair, and a configuration that wants signatures by it. */
    async function signing(more = ""): Promise<string> {
      const folder = folderOf({
        "config.yaml": `apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata: {name: c}\nsignatures:\n- images: ["${registry.host}/*"]\n  keys: [cosign.pub]\n  tlog: optional\n${more}`,
        "predicate.json": JSON.stringify({
          buildDefinition: { buildType: "x", externalParameters: {} },
          runDetails: { builder: { id: "x" } },
        }),
      });
      await call(folder, "generate-key-pair");
      return folder;
    }

    /** Without a log, which a machine without a network can't reach. */
    const offline = ["--tlog-upload=false", ...flags];

    function sign(folder: string, image: string): Promise<void> {
      return call(folder, "sign", "--key", "cosign.key", ...offline, "--yes", image);
    }

    function attest(folder: string, image: string, type: string): Promise<void> {
      const what = ["--predicate", "predicate.json", "--type", type];
      return call(folder, "attest", "--key", "cosign.key", ...offline, "--yes", ...what, image);
    }

    const pod = (image: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: "${image}"}]}\n`;

    function pin(folder: string, image: string, ...args: readonly string[]): Promise<Ended> {
      return run(executable, ["-f", "config.yaml", ...args], { cwd: folder, input: pod(image) });
    }

    test("let the digest be written that was signed, and no other", async () => {
      const [signed, unsigned] = await Promise.all([registry.push("signed:1"), registry.push("unsigned:1")]);
      const folder = await signing();
      await sign(folder, `${registry.host}/signed@${signed}`);

      const image = `${registry.host}/signed:1`;
      expect(await pin(folder, image)).toMatchObject({ code: 0, stdout: pod(`${image}@${signed}`) });
      expect(await pin(folder, `${registry.host}/unsigned:1@${unsigned}`)).toMatchObject({
        code: 1,
        stdout: "",
      });
    });

    test("by another key are refused", async () => {
      const digest = await registry.push("foreign:1");
      const [folder, other] = [await signing(), await signing()];
      await sign(other, `${registry.host}/foreign@${digest}`);

      const ended = await pin(folder, `${registry.host}/foreign:1`);

      expect(ended).toMatchObject({ code: 1, stdout: "" });
      expect(ended.stderr).toContain("is by none of the keys");
    });

    test("count as attestations of a type", async () => {
      const digest = await registry.push("attested:1");
      const folder = await signing(`  attestations: ["${provenance}"]\n`);
      const image = `${registry.host}/attested:1`;
      await sign(folder, `${registry.host}/attested@${digest}`);
      expect(await pin(folder, image)).toMatchObject({ code: 1, stdout: "" });

      await attest(folder, `${registry.host}/attested@${digest}`, "slsaprovenance1");

      expect(await pin(folder, image)).toMatchObject({ code: 0, stdout: pod(`${image}@${digest}`) });
    });

    test("are kept beside the lock where they are large", async () => {
      const own = await startDebianRegistry();
      const digest = await own.push("large:1");
      const folder = await signing(`  attestations: ["${provenance}"]\n`);
      const config = readFileSync(join(folder, "config.yaml"), "utf8").replace(registry.host, own.host);
      writeFileSync(join(folder, "config.yaml"), config);
      const predicate = {
        buildDefinition: { buildType: "x", externalParameters: { much: "more".repeat(50_000) } },
        runDetails: { builder: { id: "x" } },
      };
      writeFileSync(join(folder, "predicate.json"), JSON.stringify(predicate));
      const image = `${own.host}/large:1`;
      await attest(folder, `${own.host}/large@${digest}`, "slsaprovenance1");
      const first = await pin(folder, image, "--lock", "lock.yaml", "--update-lock");
      await own.stop();

      const second = await pin(folder, image, "--lock", "lock.yaml", "-d", "lock=frozen");

      expect(first).toMatchObject({ code: 0, stdout: pod(`${image}@${digest}`) });
      expect(readFileSync(join(folder, "lock.yaml"), "utf8").length).toBeLessThan(1000);
      expect(
        readdirSync(folder).filter((name) => /^lock\.sha256-[0-9a-f]{64}\.yaml$/.test(name)),
      ).toHaveLength(1);
      expect(second).toMatchObject({ code: 0, stdout: first.stdout });
    });

    test("are kept in the lock, and verified again when the registry is gone", async () => {
      const own = await startDebianRegistry();
      const digest = await own.push("kept:1");
      const folder = await signing();
      const config = readFileSync(join(folder, "config.yaml"), "utf8").replace(registry.host, own.host);
      writeFileSync(join(folder, "config.yaml"), config);
      const image = `${own.host}/kept:1`;
      await sign(folder, `${own.host}/kept@${digest}`);
      const first = await pin(folder, image, "--lock", "lock.yaml", "--update-lock");
      await own.stop();

      const second = await pin(folder, image, "--lock", "lock.yaml", "-d", "lock=frozen");

      expect(first).toMatchObject({ code: 0, stdout: pod(`${image}@${digest}`) });
      expect(second).toMatchObject({ code: 0, stdout: first.stdout });
    });
  });
}
