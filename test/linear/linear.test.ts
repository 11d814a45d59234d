import { expect, test } from "vitest";
import { aliasShapes } from "./alias-shapes.ts";
import { fileShapes } from "./file-shapes.ts";
import { kustomizationShapes } from "./kustomization-shapes.ts";
import { GROWTH_MAX, measureGrowth } from "./measure.ts";
import { optionShapes } from "./option-shapes.ts";
import { releaseShapes } from "./release-shapes.ts";
import { textShapes } from "./text-shapes.ts";
import { valuesShapes } from "./values-shapes.ts";

test.each([
  ...textShapes,
  ...aliasShapes,
  ...optionShapes,
  ...fileShapes,
  ...kustomizationShapes,
  ...valuesShapes,
  ...releaseShapes,
])("four times as much takes at most six times the time: $name", async (shape) => {
  const { ratio, said } = await measureGrowth(shape);

  expect(ratio, said).toBeLessThanOrEqual(GROWTH_MAX);
});
