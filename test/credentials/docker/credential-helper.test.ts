import { describe, expect, test } from "vitest";
import { createHelperClient } from "../../../src/credentials/docker/credential-helper.ts";
import type { HelperRun, RunHelper } from "../../../src/credentials/docker/helper-process.ts";

function exited(code: number, stdout: string, stderr = ""): HelperRun {
  return { kind: "exited", code, stdout, stderr };
}

function createClient(answer: RunHelper) {
  const asked: string[] = [];
  const warnings: string[] = [];
  const ask = createHelperClient(
    async (name, host) => {
      asked.push(`${name} ${host}`);
      return answer(name, host);
    },
    (message) => warnings.push(message),
  );
  return { ask, asked, warnings };
}

const login = exited(0, '{"ServerURL":"ghcr.io","Username":"me","Secret":"s3cret"}');

describe("createHelperClient", () => {
  test("takes the login that the helper answers", async () => {
    const { ask } = createClient(async () => login);

    expect(await ask("fake", "ghcr.io")).toEqual({ kind: "basic", username: "me", password: "s3cret" });
  });

  test("takes the user <token> for an identity token", async () => {
    const { ask } = createClient(async () => exited(0, '{"Username":"<token>","Secret":"id"}'));

    expect(await ask("fake", "acme.azurecr.io")).toEqual({ kind: "identity-token", token: "id" });
  });

  test("asks for Docker Hub by the name under which docker login keeps it", async () => {
    const { ask, asked } = createClient(async () => login);

    await ask("fake", "docker.io");

    expect(asked).toEqual(["fake https://index.docker.io/v1/"]);
  });

  test("asks once for a host, also for many images at once", async () => {
    const { ask, asked } = createClient(async () => login);

    const answers = await Promise.all([
      ask("fake", "ghcr.io"),
      ask("fake", "ghcr.io"),
      ask("fake", "ghcr.io"),
    ]);

    expect(asked).toEqual(["fake ghcr.io"]);
    expect(new Set(answers).size).toBe(1);
  });

  test("runs one helper for one host after the other", async () => {
    let running = 0;
    let most = 0;
    const { ask, asked } = createClient(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return login;
    });

    await Promise.all([ask("gcloud", "gcr.io"), ask("gcloud", "eu.gcr.io"), ask("gcloud", "us.gcr.io")]);

    expect(asked).toHaveLength(3);
    expect(most).toBe(1);
  });

  test("does not ask a helper again that is missing or hung, and says so once", async () => {
    const { ask, asked, warnings } = createClient(async () => ({
      kind: "failed",
      reason: "it is not in PATH",
    }));

    expect(await Promise.all([ask("fake", "ghcr.io"), ask("fake", "quay.io")])).toEqual([
      undefined,
      undefined,
    ]);
    expect(asked).toEqual(["fake ghcr.io"]);
    expect(warnings).toEqual([
      'wanted a login from the credential helper "docker-credential-fake": it is not in PATH',
    ]);
  });

  test.each([
    exited(1, "credentials not found in native keychain\n"),
    exited(1, "", "credentials not found in native keychain\n"),
    exited(1, "No stored credential for ghcr.io"),
    exited(0, '{"ServerURL":"","Username":"","Secret":""}'),
    exited(0, "{}"),
  ])("finds no login, without a warning, in %j", async (run) => {
    const { ask, warnings } = createClient(async () => run);

    expect(await ask("fake", "ghcr.io")).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  test.each([
    {
      run: exited(1, "", "error getting credentials: s3cret"),
      warning: "it failed with exit code 1, and its words may be secret: run it to read them",
    },
    {
      run: exited(2, '{"Username":"me","Secret":"s3cret"}'),
      warning: "it failed with exit code 2, and its words may be secret: run it to read them",
    },
    { run: exited(0, "s3cret"), warning: "its answer is not a JSON object" },
  ])("warns $warning", async ({ run, warning }) => {
    const { ask, warnings } = createClient(async () => run);

    expect(await ask("fake", "ghcr.io")).toBeUndefined();
    expect(warnings).toEqual([
      `wanted a login for ghcr.io from the credential helper "docker-credential-fake": ${warning}`,
    ]);
  });
});
