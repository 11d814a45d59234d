import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/image/digest.ts";
import {
  canonicalName,
  explainRegistry,
  formatReference,
  type ImageReference,
  InvalidReferenceError,
  parseReference,
} from "../../src/image/reference.ts";
import { isMissing } from "../support/missing.ts";
import { runToEnd } from "../support/time-limit.ts";

const SHA256 = `sha256:${"1".repeat(64)}`;
const SHA512 = `sha512:${"2".repeat(128)}`;
const HEX64 = "7cc4b5aefd1d0cadf8d97d4350462ba51c694ebca145b08d7d41b41acc8db5aa";

describe("parseReference", () => {
  test.each([
    // text, registry, repository, tag, digest
    ["nginx", "docker.io", "library/nginx"],
    ["nginx:1.25", "docker.io", "library/nginx", "1.25"],
    ["nginx:latest", "docker.io", "library/nginx", "latest"],
    ["library/nginx", "docker.io", "library/nginx"],
    ["library", "docker.io", "library/library"],
    ["library/library", "docker.io", "library/library"],
    ["bitnami/redis:7", "docker.io", "bitnami/redis", "7"],
    ["a/b/c/d/e/f:1", "docker.io", "a/b/c/d/e/f", "1"],
    ["0/x", "docker.io", "0/x"],
    ["docker.io", "docker.io", "library/docker.io"],
    ["docker.io/nginx", "docker.io", "library/nginx"],
    ["docker.io/library/nginx:1", "docker.io", "library/nginx", "1"],
    ["docker.io/a/b/c", "docker.io", "a/b/c"],
    ["index.docker.io/nginx", "docker.io", "library/nginx"],
    ["index.docker.io/library", "docker.io", "library/library"],
    ["index.docker.io/bitnami/redis", "docker.io", "bitnami/redis"],
    ["registry-1.docker.io/nginx", "registry-1.docker.io", "nginx"],
    ["registry.hub.docker.com/library/nginx", "registry.hub.docker.com", "library/nginx"],
    ["Docker.io/nginx", "docker.io", "nginx"], // The library knows only the lower-case name, and so does the kubelet.
    ["localhost", "docker.io", "library/localhost"],
    ["localhost/foo", "localhost", "foo"],
    ["localhost:5000", "docker.io", "library/localhost", "5000"],
    ["localhost:5000/foo", "localhost:5000", "foo"],
    ["localhost:5000/foo:1", "localhost:5000", "foo", "1"],
    ["LOCALHOST/foo", "localhost", "foo"],
    ["foo.bar", "docker.io", "library/foo.bar"],
    ["foo.com:5000", "docker.io", "library/foo.com", "5000"],
    ["foo.bar/baz", "foo.bar", "baz"],
    ["gcr.io/p/i:v1", "gcr.io", "p/i", "v1"],
    ["GCR.io/p/i", "gcr.io", "p/i"],
    ["Org/repo", "org", "repo"],
    ["MY-REG/app:1", "my-reg", "app", "1"],
    ["127.0.0.1/a:b", "127.0.0.1", "a", "b"],
    ["10.0.0.1:5000/x/y", "10.0.0.1:5000", "x/y"],
    ["1.2.3/x:4", "1.2.3", "x", "4"],
    ["[2001:db8::1]/a", "[2001:db8::1]", "a"],
    ["[2001:DB8::1]:5000/a:1", "[2001:db8::1]:5000", "a", "1"],
    ["a:1/b", "a:1", "b"],
    ["a.com:99999999/b", "a.com:99999999", "b"],
    ["a--b.com/c", "a--b.com", "c"],
    ["xn--bcher-kva.example/a", "xn--bcher-kva.example", "a"],
    ["registry.k8s.io/pause:3.9", "registry.k8s.io", "pause", "3.9"],
    ["us-docker.pkg.dev/p/r/i:1", "us-docker.pkg.dev", "p/r/i", "1"],
    ["foo_bar", "docker.io", "library/foo_bar"],
    ["foo__bar", "docker.io", "library/foo__bar"],
    ["foo---bar", "docker.io", "library/foo---bar"],
    ["foo_bar/baz", "docker.io", "foo_bar/baz"],
    ["a/b.c_d-e__f", "docker.io", "a/b.c_d-e__f"],
    ["nginx:A.b_C-1", "docker.io", "library/nginx", "A.b_C-1"],
    ["nginx:_", "docker.io", "library/nginx", "_"],
    [`nginx:${"a".repeat(128)}`, "docker.io", "library/nginx", "a".repeat(128)],
    [`nginx@${SHA256}`, "docker.io", "library/nginx", undefined, SHA256],
    [`nginx:1@${SHA256}`, "docker.io", "library/nginx", "1", SHA256],
    [`nginx@${SHA512}`, "docker.io", "library/nginx", undefined, SHA512],
    [`localhost:5000/a:b@${SHA256}`, "localhost:5000", "a", "b", SHA256],
    [`${HEX64}:1`, "docker.io", `library/${HEX64}`, "1"],
    [`${HEX64}@${SHA256}`, "docker.io", `library/${HEX64}`, undefined, SHA256],
    [`library/${HEX64}`, "docker.io", `library/${HEX64}`],
    [HEX64.slice(1), "docker.io", `library/${HEX64.slice(1)}`],
    [`a.com/${"b".repeat(255)}`, "a.com", "b".repeat(255)],
    ["b".repeat(247), "docker.io", `library/${"b".repeat(247)}`],
  ] as const)("reads %j", (text, registry, repository, tag?: string, digest?: string) => {
    const reference = parseReference(text);

    expect(reference).toStrictEqual({
      text,
      name: text.replace(`@${digest}`, "").replace(new RegExp(`:${tag}$`), ""),
      registry,
      repository,
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    });
  });

  test.each([
    ["ghcr.io/Org/app", "upper-case", 'repository name (Org/app) must be lowercase: write "ghcr.io/org/app"'],
    [
      "ghcr.io/org/Repo:V1",
      "upper-case",
      'repository name (org/Repo) must be lowercase: write "ghcr.io/org/repo:V1"',
    ],
    [
      `ghcr.io/Org/${"a".repeat(99)}@${SHA256}`,
      "upper-case",
      `write "ghcr.io/org/${"a".repeat(99)}@${SHA256}"`,
    ],
    ["Repo/Img:1", "upper-case", 'repository name (Img) must be lowercase: write "repo/img:1"'],
    ["repo/Img:1", "upper-case", 'repository name (repo/Img) must be lowercase: write "repo/img:1"'],
    ["NGINX", "upper-case", 'repository name (library/NGINX) must be lowercase: write "nginx"'],
    ["a.com/B_-c", "upper-case", /must be lowercase$/],
    ["https://gcr.io/p/i:1", "scheme", 'an image has no "https://" before it: write "gcr.io/p/i:1"'],
    ["http://localhost:5000/a", "scheme", 'no "http://" before it: write "localhost:5000/a"'],
    ["docker://nginx", "scheme", 'an image has no "docker://" before it: write "nginx"'],
    ["oci://ghcr.io/Org/chart", "scheme", /no "oci:\/\/" before it$/],
    [" nginx", "white-space", 'white space before or after the image: write "nginx"'],
    ["nginx\n", "white-space", 'white space before or after the image: write "nginx"'],
    ["\tNGINX", "white-space", /before or after the image$/],
    ["nginx :1", "white-space", "white space inside the image"],
    ["nginx\t:1", "white-space", "white space inside the image"],
    [
      "nginx\u200b:1.27",
      "invisible",
      'character 6 is U+200B (zero width space), which can\'t be seen: write "nginx:1.27"',
    ],
    [
      "\ufeffnginx",
      "invisible",
      'character 1 is U+FEFF (byte order mark), which can\'t be seen: write "nginx"',
    ],
    ["nginx:1\u00a0", "invisible", "character 8 is U+00A0 (no-break space)"],
    ["ghcr.io/a\u202eb", "invisible", "character 10 is U+202E (right-to-left override)"],
    [
      "n\u00adginx\u{e0041}",
      "invisible",
      'character 2 is U+00AD (soft hyphen), which can\'t be seen: write "nginx"',
    ],
    ["😀\u{e0041}a", "invisible", "character 2 is U+E0041, which can't be seen"],
    [
      `nginx@${SHA256}\u0000`,
      "invisible",
      `character 78 is U+0000, which can't be seen: write "nginx@${SHA256}"`,
    ],
    ["https://\u200ba.com/b", "invisible", "character 9 is U+200B"],
    ["a/\ud800", "invisible", "character 3 is U+D800"],
    ["nginx:", "tag", 'there is no tag after ":"'],
    [`nginx:@${SHA256}`, "tag", 'there is no tag after ":"'],
    ["nginx:-a", "tag", 'tag "-a" begins with "-"'],
    ["nginx:.a", "tag", 'tag ".a" begins with "."'],
    ["nginx:1.0+build", "tag", 'tag "1.0+build" has "+" in it'],
    ["nginx:é", "tag", 'tag "é" has "é" (U+00E9) in it'],
    ["nginx:1\u0430", "tag", 'tag "1а" has "а" (U+0430) in it'],
    [
      "nginх",
      "format",
      'character 5 of the part "nginх" of the name is "х" (U+0445), which is not an ASCII letter',
    ],
    ["nginx:a:b", "tag", 'tag "a:b" has ":" in it'],
    ["quay.io/a/b:~1.0", "tag", 'tag "~1.0" has "~" in it'],
    [`nginx:${"a".repeat(129)}`, "tag", "a tag has at most 128 characters, not 129"],
    ["nginx@", "digest", 'there is no digest after "@"'],
    ["podinfo@v1", "digest", 'after "@" goes a digest, "sha256:" and 64 hexadecimal digits, not "v1"'],
    [`nginx@${HEX64}`, "digest", 'after "@" goes a digest'],
    ["user@host/a", "digest", 'not "host/a"'],
    [`nginx@${SHA256}:1.0`, "digest", "a tag goes before the digest"],
    [`nginx@${SHA256}@${SHA256}`, "digest", 'after "@" goes a digest'],
    [`nginx@sha256:${"1".repeat(63)}`, "digest", /^invalid checksum digest length: sha256 has 64/],
    [`nginx@sha512:${"1".repeat(64)}`, "digest", /^invalid checksum digest length: sha512 has 128/],
    [`nginx@sha256:${"A".repeat(64)}`, "digest", /^invalid checksum digest format: /],
    [`nginx@md5:${"1".repeat(32)}`, "digest", /^unsupported digest algorithm "md5"/],
    [`nginx@sha384:${"1".repeat(96)}`, "digest", /^unsupported digest algorithm "sha384"/],
    [`nginx@SHA256:${"1".repeat(64)}`, "digest", 'unsupported digest algorithm "SHA256": write "sha256"'],
    [`nginx@sha256+b64:${"1".repeat(64)}`, "digest", /^unsupported digest algorithm "sha256\+b64"/],
    ["a".repeat(4097), "too-long", "an image has at most 4096 characters, not 4097"],
    [
      `a.com/${"b".repeat(256)}`,
      "too-long",
      /^repository name must not be more than 255 characters: it has 256$/,
    ],
    ["b".repeat(248), "too-long", /^repository name must not be more than 255 characters: it has 256$/],
    [HEX64, "hexadecimal", `invalid repository name (${HEX64}), cannot specify 64-byte hexadecimal strings`],
    ["registry_example.com/a/b", "registry", '"registry_example.com" is no registry: a host name has no "_"'],
    ["a_b.c:5000/d", "registry", 'a host name has no "_"'],
    ["IMAGE_REGISTRY/app", "registry", 'a host name has no "_"'],
    ["bücher.example/a", "registry", 'write its ASCII form, "xn--…"'],
    ["foo:bar/baz", "registry", '"bar" is not a port, and a tag goes at the very end of an image'],
    ["a.com:/b", "registry", '"" is not a port'],
    ["a.com:x/b", "registry", '"x" is not a port'],
    ["registry.example.com./a/b:1", "registry", '"registry.example.com." is no registry'],
    ["a.com-/c", "registry", '"a.com-" is no registry'],
    ["-a.com/c", "registry", '"-a.com" is no registry'],
    ["a..com/b", "registry", '"a..com" is no registry'],
    [".com/b", "registry", '".com" is no registry'],
    ["../../etc/passwd", "registry", '".." is no registry'],
    ["::1/a", "registry", '"::1" is no registry'],
    ["[::1/a", "registry", '"[::1" is no registry'],
    ["[fe80::1%eth0]/a", "registry", "is no registry"],
    ["[::ffff:1.2.3.4]/a", "registry", '"[::ffff:1.2.3.4]" is no registry'],
    ["registry1.dso.mil*/a", "registry", '"registry1.dso.mil*" is no registry'],
    ["", "format", "a part of the name is empty"],
    ["/", "format", "a part of the name is empty"],
    [":1.0", "format", "a part of the name is empty"],
    [`@${SHA256}`, "format", "a part of the name is empty"],
    ["/a/b", "format", "a part of the name is empty"],
    ["a//b", "format", "a part of the name is empty"],
    ["a.com/", "format", "a part of the name is empty"],
    ["a.com/../b", "format", '".." is no part of a name'],
    ["a.com/./b", "format", '"." is no part of a name'],
    ["foo/b._r", "format", '"b._r" is no part of a name'],
    ["foo/a___b", "format", '"a___b" is no part of a name'],
    ["foo/a..b", "format", '"a..b" is no part of a name'],
    ["foo/bar-", "format", '"bar-" is no part of a name'],
    ["foo/-bar", "format", '"-bar" is no part of a name'],
    ["-foo/bar", "format", '"-foo" is no part of a name'],
    ["____/____", "format", '"____" is no part of a name'],
    ["registry1.dso.mil*", "format", '"registry1.dso.mil*" is no part of a name'],
    ["ngi\0nx", "invisible", 'character 4 is U+0000, which can\'t be seen: write "nginx"'],
    ["gcr.io/p/i#f", "format", '"i#f" is no part of a name'],
    ["gcr.io/p/i%2f", "format", '"i%2f" is no part of a name'],
    ["gcr.io\\p", "format", '"gcr.io\\\\p" is no part of a name'],
    ["gcr.io/p/ı", "format", 'character 1 of the part "ı" of the name is "ı" (U+0131)'],
  ] as const)("refuses %j as %s", (text, code, message) => {
    const error = refusalOf(text);

    expect(error.code).toBe(code);
    if (typeof message === "string") expect(error.message).toContain(message);
    else expect(error.message).toMatch(message);
  });

  test("proposes a reference that it reads itself", () => {
    const text = fc.stringMatching(
      /^(https:\/\/|docker:\/\/| )?[A-Za-z.:-]{1,8}\/[A-Za-z_-]{1,8}(:[A-Z]{1,3})?$/,
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const proposal = / write (?<proposal>"[^"]*")$/.exec(refusal(candidate)?.message ?? "")?.groups
          ?.proposal;
        if (proposal !== undefined) expect(refusal(JSON.parse(proposal))).toBeUndefined();
      }),
    );
  });

  test("keeps the text in its parts", () => {
    fc.assert(
      fc.property(validReference(), (text) => {
        expect(formatReference(parseReference(text))).toBe(text);
      }),
    );
  });

  test("accepts what the library's own regular expressions accept", () => {
    const unit = fc.constantFrom(
      ..."aZ0._-:/@[] é".split(""),
      ...[
        "docker.io",
        "index.docker.io",
        "localhost",
        "library/",
        "a.b",
        "__",
        "--",
        ":1",
        HEX64,
        `@${SHA256}`,
        "sha256:",
      ],
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
        expect(refusal(text)?.message).toStrictEqual(
          isAcceptedByLibrary(text) ? undefined : expect.any(String),
        );
      }),
      { numRuns: 20_000 },
    );
  });

  test.each([
    ["letters", "a"],
    ["separators", "a-"],
    ["underscores", "a__"],
    ["dots", "a."],
    ["slashes", "a/"],
    ["upper case", "A"],
    ["schemes", "a://"],
    ["ports", "a:1/"],
  ])("takes no time over a long row of %s", (_, unit) => {
    for (const end of ["", "!", ":!", "@!", "/!"]) {
      const text = unit.repeat(4094 / unit.length) + end;

      expect(() => runToEnd(() => refusal(text))).not.toThrow();
    }
  });

  test("cuts a long value short in its message", () => {
    expect(refusalOf(`a.com/${"-".repeat(4000)}`).message.length).toBeLessThan(400);
  });
});

const VECTORS = new URL("../../../shared/vectors/references.json", import.meta.url);

interface Vector {
  readonly in: string;
  readonly distribution: {
    readonly domain?: string;
    readonly path?: string;
    readonly tag?: string;
    readonly digest?: string;
    readonly familiar?: string;
    readonly error?: string;
  };
}

describe.skipIf(isMissing("list of reference vectors at ../shared/vectors", VECTORS))(
  "parseReference, beside distribution/reference (../shared/vectors)",
  () => {
    // Read by that library and checked by hand: what is written there decides what the kubelet pulls.
    const vectors: readonly Vector[] = existsSync(VECTORS) ? JSON.parse(readFileSync(VECTORS, "utf8")) : [];

    test("has vectors to read", () => {
      expect(vectors.length).toBeGreaterThan(50);
    });

    for (const { in: text, distribution } of vectors) {
      if (distribution.error !== undefined) {
        test(`refuses ${JSON.stringify(text)}`, () => {
          const stem = /^(invalid|unsupported|repository name must)/.exec(distribution.error ?? "")?.[0];
          expect(refusalOf(text).message).toMatch(new RegExp(`^(${stem}|unsupported digest algorithm)`));
        });
      } else if (distribution.domain === "") {
        test(`refuses ${JSON.stringify(text)}, which has no registry`, () => {
          expect(refusalOf(text).code).toBe("registry");
        });
      } else {
        test(`reads ${JSON.stringify(text)}`, () => {
          const reference = parseReference(text);

          expect(reference.registry).toBe(distribution.domain?.toLowerCase());
          expect(reference.repository).toBe(distribution.path);
          expect(reference.tag).toBe(distribution.tag);
          expect(reference.digest).toBe(distribution.digest);
          expect(familiar(reference)).toBe(
            distribution.familiar?.replace(distribution.domain ?? "", reference.registry),
          );
        });
      }
    }
  },
);

describe("canonicalName", () => {
  test.each([
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.27", "docker.io/library/nginx:1.27"],
    ["index.docker.io/library/nginx:latest", "docker.io/library/nginx:latest"],
    ["GCR.io/p/i:V1", "gcr.io/p/i:V1"],
    [`localhost:5000/a@${SHA256}`, "localhost:5000/a:latest"],
  ])("makes %s %s", (text, name) => {
    expect(canonicalName(parseReference(text))).toBe(name);
  });
});

describe("formatReference", () => {
  test("keeps the name as written and puts the tag before the digest", () => {
    const digest = parseDigest(SHA256);

    expect(formatReference({ name: "nginx" })).toBe("nginx");
    expect(formatReference({ name: "nginx", tag: "1.27" })).toBe("nginx:1.27");
    expect(formatReference({ name: "nginx", digest })).toBe(`nginx@${SHA256}`);
    expect(formatReference({ name: "a.com:80/b", tag: "1.27", digest })).toBe(`a.com:80/b:1.27@${SHA256}`);
  });
});

describe("explainRegistry", () => {
  test.each([
    ["Org/app:1", '"Org" counts as a registry because of its upper case: write "org/app:1"'],
    ["MY-REG/team/app", '"MY-REG" counts as a registry because of its upper case: write "my-reg/team/app"'],
  ])("tells what became of the owner in %s", (text, explanation) => {
    expect(explainRegistry(parseReference(text))).toBe(explanation);
  });

  test.each(["nginx", "org/app", "GCR.io/p/i", "Host:5000/a", "LOCALHOST/a", "ghcr.io/org/app"])(
    "has nothing to say of %s",
    (text) => {
      expect(explainRegistry(parseReference(text))).toBeUndefined();
    },
  );
});

// The library's way, word for word: its regular expression over the normalised text, then its checks.
// https://github.com/distribution/reference/blob/v0.6.0/regexp.go
const LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = `(?:${LABEL}(?:\\.${LABEL})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`;
const PATH_PART = "[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*";
const NAME = `(?:(?<domain>${DOMAIN})/)?(?<path>${PATH_PART}(?:/${PATH_PART})*)`;
const LIBRARY_DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const LIBRARY_REFERENCE = new RegExp(
  `^${NAME}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@(?<digest>${LIBRARY_DIGEST}))?$`,
);

function isAcceptedByLibrary(text: string): boolean {
  if (/^[a-f0-9]{64}$/.test(text)) return false;
  const { domain, path = "", digest } = LIBRARY_REFERENCE.exec(normalizedByLibrary(text))?.groups ?? {};
  const isDigestValid = digest === undefined || /^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/.test(digest);
  return domain !== undefined && path.length <= 255 && isDigestValid;
}

function normalizedByLibrary(text: string): string {
  const slash = text.indexOf("/");
  let [domain, rest] = slash < 0 ? ["", text] : [text.slice(0, slash), text.slice(slash + 1)];
  const isDomain = /[.:]/.test(domain) || domain === "localhost" || domain.toLowerCase() !== domain;
  if (!isDomain) [domain, rest] = ["docker.io", text];
  if (domain === "index.docker.io") domain = "docker.io";
  if (domain === "docker.io" && !rest.includes("/")) rest = `library/${rest}`;
  return `${domain}/${rest}`;
}

function refusal(text: string): InvalidReferenceError | undefined {
  try {
    parseReference(text);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidReferenceError) return error;
    throw error;
  }
}

function refusalOf(text: string): InvalidReferenceError {
  const error = refusal(text);
  if (error === undefined) throw new Error(`${JSON.stringify(text)} is a reference`);
  return error;
}

function familiar(reference: ImageReference): string {
  const hub = reference.registry === "docker.io";
  const repository = hub ? reference.repository.replace(/^library\/(?=[^/]*$)/, "") : reference.repository;
  return formatReference({ ...reference, name: hub ? repository : `${reference.registry}/${repository}` });
}

function validReference(): fc.Arbitrary<string> {
  const registry = fc.constantFrom(
    "",
    "docker.io/",
    "index.docker.io/",
    "localhost/",
    "A-1.io:80/",
    "[::1]:5/",
    "Org/",
  );
  const repository = fc.stringMatching(
    /^[a-z0-9]{1,3}([_-][a-z0-9]{1,3}){0,2}(\/[a-z]{1,3}(__|\.)[a-z]{1,3}){0,2}$/,
  );
  const tag = fc.stringMatching(/^(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,9})?$/);
  const digest = fc.constantFrom("", `@${SHA256}`, `@${SHA512}`);
  return fc.tuple(registry, repository, tag, digest).map((parts) => parts.join(""));
}
