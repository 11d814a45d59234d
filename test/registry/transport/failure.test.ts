import { AssertionError } from "node:assert";
import { errors } from "undici";
import { describe, expect, test } from "vitest";
import { Failure, toFailure, withoutSecrets } from "../../../src/registry/transport/failure.ts";
import { createSecrets } from "../../../src/text/secrets.ts";

const route = { host: "registry.example", origin: "https://registry.example" };

function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe("toFailure", () => {
  test.each<readonly [string, Error]>([
    ["dns", systemError("ENOTFOUND")],
    ["refused", systemError("ECONNREFUSED")],
    ["refused", Object.assign(new AggregateError([systemError("ECONNREFUSED")]), { code: "ECONNREFUSED" })],
    ["unreachable", systemError("ECONNRESET")],
    ["too-many-files", systemError("EMFILE")],
    ["too-many-files", systemError("ENFILE")],
    ["unreachable", new errors.SocketError("other side closed")],
    ["timeout", new errors.ConnectTimeoutError()],
    ["timeout", new DOMException("too late", "TimeoutError")],
    ["tls", systemError("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["tls", systemError("CERT_HAS_EXPIRED")],
    ["tls", systemError("HOSTNAME_MISMATCH")],
    ["wrong-ca", systemError("SELF_SIGNED_CERT_IN_CHAIN")],
    [
      "not-a-registry",
      Object.assign(new errors.HTTPParserError("Invalid header"), { code: "HPE_INVALID_HEADER_TOKEN" }),
    ],
    ["dns", new Error("failed", { cause: systemError("ENOTFOUND") })],
  ])("names %s: %s", (code, thrown) => {
    expect(toFailure(thrown, route)).toMatchObject({ code, host: "registry.example" });
  });

  test.each([systemError("ECONNRESET"), systemError("EPIPE"), new errors.SocketError("other side closed")])(
    "has one name for a connection that was closed: %s",
    (thrown) => {
      expect(toFailure(thrown, route).detail).toBe("connection closed");
    },
  );

  test.each([
    new TypeError("x is not a function"),
    new RangeError("out of range"),
    new errors.InvalidArgumentError("invalid header"),
    new AssertionError({ message: "never" }),
    new Error("nobody knows"),
    "a text",
  ])("takes a fault of a program for no failure of a registry: %s", (thrown) => {
    expect(() => toFailure(thrown, route)).toThrow();
  });

  test("hands the fault on as it is", () => {
    const fault = new TypeError("x is not a function");

    expect(() => toFailure(fault, route)).toThrow(fault);
  });

  test("says what to do where Node gets no memory for undici's parser", () => {
    const lack = new RangeError(
      "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance",
    );

    expect(() => toFailure(lack, route)).toThrow(
      expect.objectContaining({
        message:
          "Node gets no memory for WebAssembly, which it needs to ask registries: raise the limit of its address space (`ulimit -v`), or set NODE_OPTIONS=--disable-wasm-trap-handler",
        cause: lack,
      }),
    );
  });

  test("keeps nothing of an answer that can't be read", () => {
    const thrown = Object.assign(new errors.HTTPParserError("Invalid header"), { data: "a long answer" });

    const { cause } = toFailure(thrown, route);

    expect(cause).toEqual(new Error("Invalid header"));
    expect(cause).not.toHaveProperty("data");
  });

  test("hands a Failure on as it is", () => {
    const failure = new Failure("schema1");

    expect(toFailure(failure, route)).toBe(failure);
  });
});

describe("withoutSecrets", () => {
  test("takes them out of what the other side said, and out of the host that it named", () => {
    const secrets = createSecrets();
    secrets.learn({ url: new URL("https://a.example/"), headers: { authorization: "Bearer Tok3n" } });
    const failure = new Failure("redirect", { status: 403, host: "tok3n.example", detail: "no: Tok3n!" });

    const shown = withoutSecrets(failure, secrets);

    expect(shown).toMatchObject({ code: "redirect", status: 403, host: "….example", detail: "no: …!" });
    expect(shown.message).not.toContain("Tok3n");
  });

  test("keeps of a long text no more than can be told", () => {
    const failure = new Failure("bad-digest", { host: "h".repeat(30_000), detail: "d".repeat(30_000) });

    const { host, detail } = withoutSecrets(failure, createSecrets());

    expect(host).toBe(`${"h".repeat(1_024)}…`);
    expect(detail).toBe(`${"d".repeat(1_024)}…`);
  });
});
