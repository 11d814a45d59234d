import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseChallenge, parseChallenges } from "../../../src/registry/auth/challenge.ts";
import { runToEnd } from "../../support/time-limit.ts";

describe("parseChallenges", () => {
  test("reads nothing in a header that is far too long", () => {
    const long = `Bearer realm="https://a/${"t".repeat(8_192)}"`;

    expect(parseChallenges([long, 'Basic realm="r"'])).toEqual(parseChallenges(['Basic realm="r"']));
  });

  test.each([
    ["nothing", [""], []],
    [
      "a bearer challenge",
      ['Bearer realm="https://a/t",service="s",scope="repository:x:pull"'],
      [["bearer", { realm: "https://a/t", service: "s", scope: "repository:x:pull" }]],
    ],
    ["a basic one", ['Basic realm="Registry Realm"'], [["basic", { realm: "Registry Realm" }]]],
    ["a scheme in upper case (Nexus)", ['BASIC realm="Sonatype"'], [["basic", { realm: "Sonatype" }]]],
    [
      "values without quotes (zot)",
      ["bearer realm=https://zot/auth,service=zot"],
      [["bearer", { realm: "https://zot/auth", service: "zot" }]],
    ],
    [
      "a value without quotes that holds a query",
      ["Bearer realm=https://a/t?x=1&y=2, service=s"],
      [["bearer", { realm: "https://a/t?x=1&y=2", service: "s" }]],
    ],
    [
      "two challenges in one header (Codeberg)",
      [
        'Bearer realm="https://c/v2/token",service="container_registry",scope="*",Basic realm="https://c/v2",service="container_registry",scope="*"',
      ],
      [
        ["bearer", { realm: "https://c/v2/token", service: "container_registry", scope: "*" }],
        ["basic", { realm: "https://c/v2", service: "container_registry", scope: "*" }],
      ],
    ],
    [
      "two headers (Gitea)",
      ['Bearer realm="https://g/t"', 'Basic realm="g"'],
      [
        ["bearer", { realm: "https://g/t" }],
        ["basic", { realm: "g" }],
      ],
    ],
    [
      "a scheme without parameters first",
      ['Negotiate, Bearer realm="https://a/t"'],
      [
        ["negotiate", {}],
        ["bearer", { realm: "https://a/t" }],
      ],
    ],
    [
      "a scheme with a token68 first",
      ['Negotiate YIIJvwYG==, Basic realm="x"'],
      [
        ["negotiate", {}],
        ["basic", { realm: "x" }],
      ],
    ],
    [
      "escapes and commas in quotes",
      ['Basic realm="a \\"b\\", c\\\\d"'],
      [["basic", { realm: 'a "b", c\\d' }]],
    ],
    [
      "white space around everything",
      ['  Bearer   realm = "https://a/t" ,\tservice =\t"s"  '],
      [["bearer", { realm: "https://a/t", service: "s" }]],
    ],
    [
      "names in upper case",
      ['Bearer REALM="https://a/t",Service="s"'],
      [["bearer", { realm: "https://a/t", service: "s" }]],
    ],
    [
      "parameters divided by white space alone",
      ['Bearer realm="https://a/t" service="s"'],
      [["bearer", { realm: "https://a/t", service: "s" }]],
    ],
    [
      "empty list members",
      [',, Bearer realm="https://a/t",,service="s",'],
      [["bearer", { realm: "https://a/t", service: "s" }]],
    ],
    [
      "the first of a name",
      ['Bearer realm="https://a/t",realm="https://evil/t"'],
      [["bearer", { realm: "https://a/t" }]],
    ],
    [
      "an empty scope",
      ['Bearer realm="https://a/t",scope="",service=s'],
      [["bearer", { realm: "https://a/t", scope: "", service: "s" }]],
    ],
    ["a quote that never ends", ['Bearer realm="https://a/t'], [["bearer", { realm: "https://a/t" }]]],
    [
      "several scopes in one (GitLab)",
      ['Bearer realm="https://g/jwt/auth",scope="repository:a:pull repository:b:pull"'],
      [["bearer", { realm: "https://g/jwt/auth", scope: "repository:a:pull repository:b:pull" }]],
    ],
    [
      "the scope of Oracle",
      ['Bearer realm="https://o/t",scope="::"'],
      [["bearer", { realm: "https://o/t", scope: "::" }]],
    ],
    [
      "a scope of a host with a port",
      ['Bearer realm="https://a/t",scope="repository:h:5000/x:pull"'],
      [["bearer", { realm: "https://a/t", scope: "repository:h:5000/x:pull" }]],
    ],
    [
      "an error beside",
      ['Bearer realm="https://a/t",error="insufficient_scope"'],
      [["bearer", { realm: "https://a/t", error: "insufficient_scope" }]],
    ],
    ["a scheme alone", ["Basic"], [["basic", {}]]],
    ["a parameter before any scheme", ['realm="x", Basic realm="y"'], [["basic", { realm: "y" }]]],
    ["rubbish", ['"";;= {}'], []],
  ])("reads %s", (_, headers, expected) => {
    const read = parseChallenges(headers).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ]);

    expect(read).toEqual(expected);
  });

  test("reads whatever a server sends, and ends", () => {
    const pieces = fc.constantFrom(
      "Bearer",
      "Basic",
      " ",
      ",",
      "=",
      '"',
      "\\",
      "realm",
      "a==",
      "\t",
      "é",
      '="x"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        for (const { scheme } of parseChallenges([parts.join("")])) expect(scheme).not.toBe("");
      }),
    );
  });

  test("takes time in proportion to the header", () => {
    const hostile = [
      'a="'.repeat(500_000),
      "a ".repeat(500_000),
      "=".repeat(1_000_000),
      `a ${"b".repeat(1_000_000)}`,
    ];

    expect(() => runToEnd(() => parseChallenges(hostile))).not.toThrow();
  });
});

describe("chooseChallenge", () => {
  test.each([
    [
      "bearer before basic, whatever their order",
      ['Basic realm="x"', 'Bearer realm="https://a/t"'],
      "bearer",
    ],
    ["basic where the bearer one has no realm", ['Bearer service="x"', "Basic"], "basic"],
    ["basic where the bearer one's realm is empty", ['Bearer realm=""', "Basic"], "basic"],
    ["none of the others", ["Negotiate", 'Digest realm="x"'], undefined],
  ])("takes %s", (_, headers, scheme) => {
    expect(chooseChallenge(parseChallenges(headers))?.scheme).toBe(scheme);
  });
});
