import { describe, expect, test } from "vitest";
import { endpointOf } from "../../../src/registry/transport/endpoint.ts";

describe("endpointOf", () => {
  test.each([
    ["quay.io", ["https://quay.io/"]],
    ["quay.io:5000", ["https://quay.io:5000/"]],
    ["docker.io", ["https://registry-1.docker.io/"]],
    ["localhost:5000", ["http://localhost:5000/", "https://localhost:5000/"]],
    ["[::1]:5000", ["http://[::1]:5000/", "https://[::1]:5000/"]],
    ["localhost", ["https://localhost/", "http://localhost/"]],
    ["registry.localhost", ["https://registry.localhost/", "http://registry.localhost/"]],
  ])("asks %s at %j", (registry, urls) => {
    expect(endpointOf({ registry, repository: "app", fromPackage: false }).urls.map(String)).toEqual(urls);
  });

  test.each([true, false])("knows whether a package has named the scheme of a mirror: %s", (fromPackage) => {
    const place = { registry: "mirror.example", repository: "app", scheme: "http", fromPackage } as const;

    expect(endpointOf(place).connection).toMatchObject({ plainHTTP: true, fromPackage });
  });
});
