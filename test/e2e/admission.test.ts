import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockText } from "../support/lock-text.ts";
import { useCluster } from "./cluster.ts";
import { type Ended, executable, run } from "./command.ts";
import { describeWith } from "./tools.ts";
import { folderOf } from "./workspace.ts";

const [nginx, tools, debug, sidecar, other] = ["1", "2", "3", "4", "5"].map(
  (digit) => `sha256:${digit.repeat(64)}`,
);

const lock = lockText({
  "nginx:1.27": nginx,
  "ghcr.io/acme/tools:2": tools,
  "localhost:5000/debug": debug,
  "docker.io/istio/proxyv2:1.30": sidecar,
});

describeWith(["kubernetes"], "--inventory admission", () => {
  const cluster = useCluster();

  describe("by default", () => {
    test("warns of an image that the lock lacks, names the command that locks it, and lets it in", async () => {
      await namespace("warned");
      await apply(lock, "admission");

      await expect
        .poll(() => create(pod(["redis:7"]), "warned"))
        .toMatchObject({
          code: 0,
          stderr: expect.stringContaining(
            `Warning: Validation failed for ValidatingAdmissionPolicy 'pin-digests' with binding 'pin-digests': ` +
              `image "redis:7" not in the image lock (ConfigMap pin-digests/image-lock); to lock it: ` +
              "kubectl run lock --image=redis:7 --dry-run=client -o yaml" +
              " | pin-digests --lock image-lock.yaml --update-lock, then make and apply the policy again",
          ),
        });
    });

    test("lets everything in, without a word, where the ConfigMap is gone", async () => {
      await succeed(["delete", "configmap", "image-lock", "-n", "pin-digests"]);

      await expect.poll(() => create(pod(["redis:7"]), "warned")).toMatchObject({ code: 0, stderr: "" });
    });
  });

  describe("--deny", () => {
    test("takes effect", async () => {
      await namespace("denied");
      await succeed(["apply", "-n", "denied", "-f", "-"], pod(["redis:7"], { name: "old" }));
      await apply(lock, "admission", "--deny", "--exempt", "exempt");

      await expect.poll(() => create(pod(["redis:7"]), "denied")).toMatchObject({ code: 1 });
    });

    test.each([
      ["beside its tag", `nginx:1.27@${nginx}`],
      ["alone", `nginx@${nginx}`],
      ["behind another spelling", `docker.io/library/nginx:1.27@${nginx}`],
      ["behind the name of a mirror", `harbor.acme.io/hub/nginx:1.27@${nginx}`],
    ])("lets in a digest of the lock %s", async (_, image) => {
      expect(await create(pod([image]), "denied")).toMatchObject({ code: 0, stderr: "" });
    });

    test.each([
      ["without a digest", "nginx:1.27"],
      ["with a digest that the lock lacks", `nginx:1.27@${other}`],
      ["with the key of a digest in place of one", `nginx@${nginx?.replace(":", ".")}`],
      ["with a digest before another one", `nginx@${other}@${nginx}`],
      ["with a part of a digest", `nginx@${nginx?.slice(0, -1)}`],
    ])("refuses an image %s, and names it", async (_, image) => {
      const ended = await create(pod([`nginx@${nginx}`, image]), "denied");

      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`denied request: image "${image}" not in the image lock`);
    });

    test("names no command that a shell would take for another", async () => {
      const ended = await create(pod(["a;reboot"]), "denied");

      expect(ended.code).toBe(1);
      expect(ended.stderr.trim()).toMatch(
        /image "a;reboot" not in the image lock \(ConfigMap pin-digests\/image-lock\)$/,
      );
    });

    test("names two of many images, and shortens what is too long for a message", async () => {
      const many = await create(pod(["a:1", "a:1", "b:1", "c:1"]), "denied");
      const long = await create(pod([`a:${"1".repeat(5000)}`]), "denied");

      expect(many.stderr).toContain('image "a:1" and "b:1" and others not in the image lock');
      expect(long.stderr).toContain(`image "a:${"1".repeat(298)}" not in the image lock`);
    });

    test.each([
      ["initContainers", { initContainers: [{ name: "i", image: "redis:7" }] }],
      ["image volumes", { volumes: [{ name: "v", image: { reference: "redis:7" } }] }],
    ])("looks into %s", async (_, more) => {
      const ended = await create(pod([`nginx@${nginx}`], more), "denied");

      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('image "redis:7" not in the image lock');
    });

    test("lets in no image that comes with an update or with an ephemeral container, but all other updates", async () => {
      const label = await kubectl(["label", "pod", "old", "-n", "denied", "a=b"]);
      const finalizer = await patch("old", { metadata: { finalizers: ["acme.io/a"] } });
      const freed = await patch("old", { metadata: { finalizers: null } });
      const image = await patch("old", { spec: { containers: [{ name: "c0", image: "redis:8" }] } });
      const digest = await patch("old", { spec: { containers: [{ name: "c0", image: `redis@${nginx}` }] } });
      const refused = await debugWith("old", "busybox:1");
      const allowed = await debugWith("old", `busybox@${debug}`);

      for (const ended of [label, finalizer, freed, digest, allowed])
        expect(ended).toMatchObject({ code: 0 });
      expect(image.stderr).toContain('image "redis:8" not in the image lock');
      expect(refused.stderr).toContain('image "busybox:1" not in the image lock');
    });

    test("leaves Kubernetes' namespaces alone, and those that are named", async () => {
      for (const name of ["kube-system", "kube-flannel", "exempt"]) {
        if (name !== "kube-system") await namespace(name);
        expect(await create(pod(["redis:7"]), name)).toMatchObject({ code: 0, stderr: "" });
      }
    });

    test("does not look at what makes Pods", async () => {
      expect(await create(deployment("web", ["redis:7"]), "denied")).toMatchObject({ code: 0, stderr: "" });
    });

    test("follows a changed ConfigMap", async () => {
      await succeed([
        "patch",
        "configmap",
        "image-lock",
        "-n",
        "pin-digests",
        "--type=merge",
        "-p",
        JSON.stringify({ data: { [`sha256.${"5".repeat(64)}`]: "docker.io/library/redis:7" } }),
      ]);

      await expect.poll(() => create(pod([`redis:7@${other}`]), "denied")).toMatchObject({ code: 0 });
    });

    test("lets nothing in where the ConfigMap is gone, but updates, and what is in Kubernetes' namespaces", async () => {
      await succeed(["delete", "configmap", "image-lock", "-n", "pin-digests"]);

      await expect
        .poll(() => create(pod([`nginx@${nginx}`]), "denied"))
        .toMatchObject({ code: 1, stderr: expect.stringContaining("no params found") });
      expect(await create(pod(["redis:7"]), "kube-system")).toMatchObject({ code: 0 });
      expect(await patch("old", { metadata: { finalizers: ["acme.io/a"] } })).toMatchObject({ code: 0 });
      expect(await patch("old", { metadata: { finalizers: null, labels: { a: "c" } } })).toMatchObject({
        code: 0,
      });
    });

    test("judges 50 containers by a lock of 3,000 images", async () => {
      await apply(largeLock(3000), "admission", "--deny");
      const images = Array.from({ length: 50 }, (_, index) => `${largeImage(index)}@${digestOf(index)}`);

      await expect.poll(() => create(pod(images), "denied")).toMatchObject({ code: 0, stderr: "" });
      expect(await create(pod([...images.slice(1), `${"a".repeat(200)}:1`]), "denied")).toMatchObject({
        code: 1,
      });
    });
  });

  describe("--admission digest --deny", () => {
    test("lets in any digest, and nothing else", async () => {
      await namespace("any");
      await apply(lock, "admission", "--admission", "digest", "--deny");

      await expect
        .poll(() => create(pod(["nginx:1.27"]), "any"))
        .toMatchObject({ code: 1, stderr: expect.stringContaining('image "nginx:1.27" without a digest') });
      await expect.poll(() => create(pod([`redis@${other}`]), "any")).toMatchObject({ code: 0 });
    });
  });

  describe("admission-mutating --deny", () => {
    test("takes effect, and pins every image of a Pod in whatever spelling", async () => {
      await namespace("pinned");
      await apply(lock, "admission-mutating", "--deny");
      const images = [
        "nginx:1.27",
        "docker.io/nginx:1.27",
        "index.docker.io/library/nginx:1.27",
        "docker.io/library/nginx:1.27",
        "GHCR.io/acme/tools:2",
        "localhost:5000/debug",
        "localhost:5000/debug:latest",
        `redis:7@${nginx}`,
      ];
      const whole = pod(images, {
        initContainers: [{ name: "i", image: "istio/proxyv2:1.30" }],
        volumes: [
          { name: "c0", image: { reference: "ghcr.io/acme/tools:2" } },
          { name: "e", emptyDir: {} },
        ],
      });

      await expect.poll(() => create(whole, "pinned")).toMatchObject({ code: 0, stderr: "" });
      const made = await created(whole, "pinned");

      expect(imagesOf(made.spec.containers)).toStrictEqual([
        `nginx:1.27@${nginx}`,
        `docker.io/nginx:1.27@${nginx}`,
        `index.docker.io/library/nginx:1.27@${nginx}`,
        `docker.io/library/nginx:1.27@${nginx}`,
        `GHCR.io/acme/tools:2@${tools}`,
        `localhost:5000/debug@${debug}`,
        `localhost:5000/debug:latest@${debug}`,
        `redis:7@${nginx}`,
      ]);
      expect(imagesOf(made.spec.initContainers)).toStrictEqual([`istio/proxyv2:1.30@${sidecar}`]);
      expect(made.spec.volumes).toStrictEqual([
        { name: "c0", image: { reference: `ghcr.io/acme/tools:2@${tools}`, pullPolicy: "IfNotPresent" } },
        { name: "e", emptyDir: {} },
      ]);
    });

    test.each(["redis:7", "nginx", "nginx:1.28", "ghcr.io/nginx:1.27", "library/nginx:1.27.0", "Nginx:1.27"])(
      "refuses %s, which the lock lacks",
      async (image) => {
        const ended = await create(pod(["nginx:1.27", image]), "pinned");

        expect(ended.code).toBe(1);
        expect(ended.stderr).toContain(`image "${image}" not in the image lock`);
      },
    );

    test("changes nothing else of a Pod", async () => {
      const plain = {
        ...pod(["nginx:1.27"]),
        metadata: { name: "a", labels: { a: "b" }, finalizers: ["acme.io/a"] },
      };
      const [here, elsewhere] = [await created(plain, "pinned"), await created(plain, "kube-system")];

      expect({
        ...here.spec,
        containers: [{ ...here.spec.containers[0], image: "nginx:1.27" }],
      }).toStrictEqual(elsewhere.spec);
      expect({ ...here.metadata, ...same }).toStrictEqual({ ...elsewhere.metadata, ...same });
    });

    test("pins the Pods of a Deployment and of a Job, and leaves both as they are, so that nobody sees a drift", async () => {
      await succeed(["apply", "-n", "pinned", "-f", "-"], deployment("web", ["nginx:1.27"]));
      await succeed(["apply", "-n", "pinned", "-f", "-"], job("once", ["ghcr.io/acme/tools:2"]));

      await expect.poll(() => podsOf("app=web")).toStrictEqual([`nginx:1.27@${nginx}`]);
      await expect.poll(() => podsOf("app=once")).toStrictEqual([`ghcr.io/acme/tools:2@${tools}`]);
      const diff = await kubectl(["diff", "-n", "pinned", "-f", "-"], deployment("web", ["nginx:1.27"]));
      const { metadata, spec } = await cluster.get("deployment", "web", "-n", "pinned");
      expect(diff).toMatchObject({ code: 0, stdout: "" });
      expect(metadata.generation).toBe(1);
      expect(imagesOf(spec.template.spec.containers)).toStrictEqual(["nginx:1.27"]);
    });

    test("lets the Pods of a Job go, whose finalizers its controller removes", async () => {
      await succeed(["delete", "job", "once", "-n", "pinned", "--wait=true", "--cascade=foreground"]);

      await expect.poll(() => podsOf("app=once")).toStrictEqual([]);
    });

    test("pins an ephemeral container, and an image that an update brings, but no other image of that Pod", async () => {
      await succeed(["apply", "-n", "kube-system", "-f", "-"], pod(["nginx:1.27"], { name: "exempt" }));
      await succeed(["apply", "-n", "pinned", "-f", "-"], pod(["nginx:1.27"], { name: "running" }));

      const label = await kubectl(["label", "pod", "running", "-n", "pinned", "a=b"]);
      const added = await debugWith("running", "localhost:5000/debug", "pinned");
      const changed = await patch(
        "running",
        { spec: { containers: [{ name: "c0", image: "ghcr.io/acme/tools:2" }] } },
        "pinned",
      );

      for (const ended of [label, added, changed]) expect(ended).toMatchObject({ code: 0 });
      const { spec } = await cluster.get("pod", "running", "-n", "pinned");
      expect(imagesOf(spec.ephemeralContainers)).toStrictEqual([`localhost:5000/debug@${debug}`]);
      expect(imagesOf(spec.containers)).toStrictEqual([`ghcr.io/acme/tools:2@${tools}`]);
    });

    test("pins what another policy injects afterwards, and refuses it where the lock lacks it", async () => {
      await succeed(["apply", "-f", "-"], ...injector("istio/proxyv2:1.30"));
      await expect
        .poll(async () => imagesOf((await created(pod(["nginx:1.27"]), "pinned")).spec.containers))
        .toStrictEqual([`nginx:1.27@${nginx}`, `istio/proxyv2:1.30@${sidecar}`]);

      await succeed(["apply", "-f", "-"], ...injector("istio/proxyv2:1.31"));
      await expect
        .poll(() => create(pod(["nginx:1.27"]), "pinned"))
        .toMatchObject({
          code: 1,
          stderr: expect.stringContaining('image "istio/proxyv2:1.31" not in the image lock'),
        });
      await succeed(["delete", "mutatingadmissionpolicybinding,mutatingadmissionpolicy", "z-injector"]);
    });

    test("pins 50 containers by a lock of 3,000 images", async () => {
      await apply(largeLock(3000), "admission-mutating", "--deny");
      const images = Array.from({ length: 50 }, (_, index) => largeImage(2999 - index));

      await expect.poll(() => create(pod(images), "pinned")).toMatchObject({ code: 0, stderr: "" });
      expect(imagesOf((await created(pod(images), "pinned")).spec.containers)).toStrictEqual(
        images.map((image, index) => `${image}@${digestOf(2999 - index)}`),
      );
    });

    test("is gone by the command of the documentation", async () => {
      const bindings = "validatingadmissionpolicybinding,mutatingadmissionpolicybinding";

      await succeed(["delete", bindings, "pin-digests", "pin-digests-updates"]);

      await expect.poll(() => create(pod(["redis:7"]), "pinned")).toMatchObject({ code: 0, stderr: "" });
    });
  });

  /** Makes a policy from a lock and applies it. */
  async function apply(text: string, form: string, ...flags: readonly string[]): Promise<void> {
    const folder = folderOf({ "image-lock.yaml": text });
    const output = join(folder, "admission.yaml");
    const args = ["--lock", join(folder, "image-lock.yaml"), "--inventory", form, ...flags, "-o", output];
    const made = await run(executable, args, { input: "---" });
    expect(made.code, made.stderr).toBe(0);
    const applied = await kubectl(["apply", "--server-side", "--force-conflicts", "-f", output]);
    expect(applied.code, applied.stderr + readFileSync(output, "utf8").slice(-20_000)).toBe(0);
  }

  function kubectl(args: readonly string[], ...objects: readonly object[]): Promise<Ended> {
    return cluster.kubectl(args, objects.map((object) => JSON.stringify(object)).join("\n---\n"));
  }

  async function succeed(args: readonly string[], ...objects: readonly object[]): Promise<void> {
    const { code, stderr } = await kubectl(args, ...objects);
    expect(code, stderr).toBe(0);
  }

  function namespace(name: string): Promise<void> {
    return succeed(["create", "namespace", name]);
  }

  function create(object: object, inNamespace: string): Promise<Ended> {
    return kubectl(["create", "--dry-run=server", "-n", inNamespace, "-f", "-", "-o", "json"], object);
  }

  async function created(object: object, inNamespace: string): Promise<ReturnType<typeof JSON.parse>> {
    const { stdout, stderr } = await create(object, inNamespace);
    return JSON.parse(stdout === "" ? JSON.stringify({ spec: { containers: [{ image: stderr }] } }) : stdout);
  }

  function patch(name: string, change: object, inNamespace = "denied"): Promise<Ended> {
    return kubectl([
      "patch",
      "pod",
      name,
      "-n",
      inNamespace,
      "--type=strategic",
      "-p",
      JSON.stringify(change),
    ]);
  }

  function debugWith(name: string, image: string, inNamespace = "denied"): Promise<Ended> {
    return kubectl(["debug", name, "-n", inNamespace, "--image", image, "--profile=general"]);
  }

  async function podsOf(selector: string): Promise<readonly string[]> {
    const { items } = await cluster.get("pods", "-n", "pinned", "-l", selector);
    return items.flatMap(({ spec }: { spec: PodSpec }) => imagesOf(spec.containers));
  }
});

interface PodSpec {
  readonly containers: readonly Container[];
}

interface Container {
  readonly image: string;
}

// What is another each time.
const same = { uid: "", creationTimestamp: "", namespace: "", managedFields: [] };

function imagesOf(containers: readonly Container[]): readonly string[] {
  return containers.map(({ image }) => image);
}

function pod(
  images: readonly string[],
  { name = "a", ...more }: { name?: string; [field: string]: unknown } = {},
) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })), ...more },
  };
}

function template(app: string, images: readonly string[], more: object = {}) {
  const { spec } = pod(images, { ...more });
  return { metadata: { labels: { app } }, spec };
}

function deployment(name: string, images: readonly string[]) {
  const spec = { selector: { matchLabels: { app: name } }, template: template(name, images) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

function job(name: string, images: readonly string[]) {
  const spec = { template: template(name, images, { restartPolicy: "Never" }) };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec };
}

/** A policy of somebody else, whose name comes later, that adds a sidecar to each Pod. */
function injector(image: string): readonly object[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = { name: "z-injector" };
  const resourceRules = [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
  ];
  const expression = `Object{spec: Object.spec{containers: [Object.spec.containers{name: 'sidecar', image: '${image}'}]}}`;
  return [
    {
      apiVersion,
      kind: "MutatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        matchConstraints: { resourceRules },
        mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }],
      },
    },
    { apiVersion, kind: "MutatingAdmissionPolicyBinding", metadata, spec: { policyName: "z-injector" } },
  ];
}

function largeLock(count: number): string {
  return lockText(
    Object.fromEntries(Array.from({ length: count }, (_, index) => [largeImage(index), digestOf(index)])),
  );
}

function largeImage(index: number): string {
  return `registry.acme.io:5000/team-${index % 50}/app-${index}:1.27.${index}`;
}

function digestOf(index: number): string {
  return `sha256:${index.toString(16).padStart(64, "0")}`;
}
