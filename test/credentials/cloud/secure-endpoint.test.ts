import { describe, expect, test } from "vitest";
import { isLinkLocal, requireEndpoint } from "../../../src/credentials/cloud/secure-endpoint.ts";

describe("requireEndpoint", () => {
  test.each([
    "https://sts.amazonaws.com/",
    "http://localhost:4566",
    "http://127.0.0.1:4566/",
    "http://127.1.2.3/",
    "http://[::1]:80/",
    "http://2130706433/",
  ])("allows %s", (url) => {
    expect(requireEndpoint(url, "SETTING")).toBe(url);
  });

  test.each([
    "http://evil.com/",
    "http://127.0.0.1.evil.com/",
    "http://localhost.evil.com/",
    "http://127.0.0.1@evil.com/",
    "http://169.254.1.1/",
    "http://10.0.0.1/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "localhost",
    "",
  ])("refuses %s", (url) => {
    expect(() => requireEndpoint(url, "SETTING")).toThrow("wanted an https URL for SETTING");
  });
});

describe("isLinkLocal", () => {
  test.each([
    ["169.254.130.1", true],
    ["169.254.1.1.evil.com", false],
    ["169.2540.1.1", false],
    ["10.0.0.1", false],
  ])("says of %s: %s", (hostname, expected) => {
    expect(isLinkLocal(hostname)).toBe(expected);
  });
});
