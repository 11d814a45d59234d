import { describe, expect, test } from "vitest";
import { compareLink } from "../../src/report/compare-link.ts";

const [one, two] = ["a".repeat(40), "b".repeat(40)];

function link(before: string, after = before): string | undefined {
  return compareLink({ source: before, revision: one }, { source: after, revision: two });
}

describe("compareLink", () => {
  test.each([
    ["https://github.com/acme/app", `https://github.com/acme/app/compare/${one}...${two}`],
    ["https://github.com/acme/app.git", `https://github.com/acme/app/compare/${one}...${two}`],
    ["https://github.com/acme/app.js/", `https://github.com/acme/app.js/compare/${one}...${two}`],
    ["https://codeberg.org/acme/app", `https://codeberg.org/acme/app/compare/${one}...${two}`],
    ["https://gitea.com/acme/app", `https://gitea.com/acme/app/compare/${one}...${two}`],
    ["https://gitlab.com/acme/app", `https://gitlab.com/acme/app/-/compare/${one}...${two}`],
    ["https://gitlab.com/acme/team/app", `https://gitlab.com/acme/team/app/-/compare/${one}...${two}`],
    ["https://bitbucket.org/acme/app", `https://bitbucket.org/acme/app/branches/compare/${two}..${one}`],
  ])("of %s is %s", (source, expected) => {
    expect(link(source)).toBe(expected);
  });

  test("takes two spellings of a repository for one", () => {
    expect(link("https://github.com/acme/app", "https://github.com/acme/app.git")).toBeDefined();
  });

  test.each([
    ["a folder of a repository", "https://github.com/acme/app/tree/main/cmd"],
    ["an owner", "https://github.com/acme"],
    ["a host that nobody knows", "https://git.acme.io/a/b"],
    ["a name of every object", "https://constructor/a/b"],
    ["a host that begins like a forge", "https://github.com.evil.io/a/b"],
    ["plain HTTP", "http://github.com/a/b"],
    ["SSH", "git@github.com:a/b.git"],
    ["a login", "https://me:secret@github.com/a/b"],
    ["a port", "https://github.com:8443/a/b"],
    ["a query", "https://github.com/a/b?x=1"],
    ["a way up", "https://github.com/a/.."],
    ["an end of the link", "https://github.com/a/b)[x](http://e"],
    ["a second line", "https://github.com/a/b\nhttps://e"],
  ])("is none for %s", (_, source) => {
    expect(link(source)).toBeUndefined();
  });

  test("is none for two repositories, for one revision, and for what is no revision", () => {
    const source = "https://github.com/a/b";

    expect(link(source, "https://github.com/a/c")).toBeUndefined();
    expect(compareLink({ source, revision: one }, { source, revision: one })).toBeUndefined();
    expect(compareLink({ source, revision: "main" }, { source, revision: two })).toBeUndefined();
    expect(compareLink({ source }, { source, revision: two })).toBeUndefined();
  });
});
