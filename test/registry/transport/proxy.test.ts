import { describe, expect, test } from "vitest";
import { chooseProxy, readProxy, routeOf } from "../../../src/registry/transport/proxy.ts";

const both = { httpProxy: "http://plain:3128", httpsProxy: "http://secure:3128" };

describe("chooseProxy", () => {
  test.each([
    ["https://quay.io/", "http://secure:3128"],
    ["http://quay.io/", "http://plain:3128"],
    ["https://localhost/", undefined],
    ["https://app.localhost/", undefined],
    ["https://127.0.0.1:5000/", undefined],
    ["https://127.9.9.9/", undefined],
    ["https://[::1]:5000/", undefined],
    ["https://10.0.0.1/", "http://secure:3128"],
  ])("%s goes through %s", (url, proxy) => {
    expect(chooseProxy(new URL(url), both)).toBe(proxy);
  });

  test("HTTP_PROXY is not for https", () => {
    expect(chooseProxy(new URL("https://quay.io/"), { httpProxy: "http://plain:3128" })).toBeUndefined();
  });

  test("an empty proxy is none", () => {
    expect(chooseProxy(new URL("https://quay.io/"), { httpsProxy: " " })).toBeUndefined();
  });

  // As Go's own tests have them: https://cs.opensource.google/go/x/net/+/master:http/httpproxy/proxy_test.go
  test.each([
    ["*", "https://quay.io/", true],
    ["quay.io", "https://quay.io/", true],
    ["QUAY.io", "https://quay.io/", true],
    ["quay.io", "https://cdn.quay.io/", true],
    ["quay.io", "https://notquay.io/", false],
    [".quay.io", "https://cdn.quay.io/", true],
    [".quay.io", "https://quay.io/", false],
    ["*.quay.io", "https://cdn.quay.io/", true],
    ["*.quay.io", "https://quay.io/", false],
    ["quay.io:443", "https://quay.io/", true],
    ["quay.io:8443", "https://quay.io/", false],
    ["quay.io:8443", "https://quay.io:8443/", true],
    ["quay.io:80", "http://quay.io/", true],
    ["10.0.0.0/8", "https://10.1.2.3/", true],
    ["10.0.0.0/8", "https://11.1.2.3/", false],
    ["10.0.0.0/99", "https://10.1.2.3/", false],
    ["10.0.0.0/8", "https://ten.acme.io/", false],
    ["10.1.2.3", "https://10.1.2.3/", true],
    ["10.1.2.3:443", "https://10.1.2.3/", true],
    ["10.1.2.3:444", "https://10.1.2.3/", false],
    ["fd00::/8", "https://[fd00::1]/", true],
    ["fd00:0::1", "https://[fd00::1]/", true],
    ["[fd00::1]:443", "https://[fd00::1]/", true],
    ["[fd00::1]:444", "https://[fd00::1]/", false],
    ["foo, quay.io ,bar", "https://quay.io/", true],
    [",:443,", "https://quay.io/", false],
    ["1.2.3", "https://1.2.3.example/", false],
  ])("NO_PROXY=%s exempts %s: %s", (noProxy, url, exempt) => {
    expect(chooseProxy(new URL(url), { ...both, noProxy }) === undefined).toBe(exempt);
  });
});

describe("readProxy", () => {
  const basic = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;

  test.each([
    ["proxy.acme.io:3128", { uri: "http://proxy.acme.io:3128" }],
    ["http://u:p%40ss@proxy.acme.io", { uri: "http://proxy.acme.io", token: basic("u:p@ss") }],
    ["http://u:100%@proxy.acme.io", { uri: "http://proxy.acme.io", token: basic("u:100%") }],
    ["http://u:%C3%A4@proxy.acme.io", { uri: "http://proxy.acme.io", token: basic("u:ä") }],
  ])("reads %s", (written, proxy) => {
    expect(readProxy(written)).toEqual(proxy);
  });

  test.each([
    "socks5://u:hush@proxy.acme.io:1080",
    "http://",
    "://",
    "http://u:hu/sh@proxy.acme.io",
    "http://u:12/hush@proxy.acme.io",
    "http://u:12?hush@proxy.acme.io",
    "http://u:12#hush@proxy.acme.io",
    "u:12\\hush@proxy.acme.io",
  ])("refuses %s, and names no part of it", (written) => {
    const route = routeOf(new URL("https://quay.io/"), written);

    expect(() => readProxy(written)).toThrow(
      expect.objectContaining({ code: "proxy", host: "of the environment" }),
    );
    expect(`${route.proxy}`).toMatch(/^(?:of the environment|proxy\.acme\.io:1080)$/);
  });
});
