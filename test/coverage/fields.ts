/** Prints how well the built-in table covers a catalogue of custom resources and a corpus of manifests. */
import { existsSync } from "node:fs";
import { measureCatalogue } from "./catalogue.ts";
import { measureCorpus } from "./corpus.ts";
import { measureOtherKeys } from "./other-keys.ts";
import { countChangedNames } from "./other-names.ts";
import { type Hit, ruleTable } from "./rules.ts";
import { measureUnseen } from "./unseen-kinds.ts";

// The data is not part of this repository.
const shared = "../shared";

const hits: Hit[] = [];
const { images, wrong } = await measureOtherKeys();
console.log(`catalogue: ${images - wrong.length} of ${images} images under other keys pinned or told`);
for (const path of wrong) console.log(`  ${path}`);

if (existsSync(`${shared}/reference/image-fields.json`)) {
  const { paths, missed, wrongWithoutTag, falsePaths, falseHits, likelyHits } = await measureCatalogue(
    `${shared}/reference`,
  );
  hits.push(...likelyHits);
  console.log(
    `catalogue: ${paths - missed.length} of ${paths} paths pinned, ${wrongWithoutTag.length} treated wrongly without a tag`,
  );
  console.log(`catalogue: ${falseHits.length} of ${falsePaths} false paths changed`);
  for (const path of [...missed, ...wrongWithoutTag, ...falseHits]) console.log(`  ${path}`);
} else {
  console.log(`catalogue: left out, since there is no ${shared}/reference/image-fields.json`);
}

if (existsSync(`${shared}/corpus/images.dev.tsv`)) {
  const { files, categories, falseHits, hits: wrongHits } = await measureCorpus(`${shared}/corpus`);
  hits.push(...wrongHits);
  console.log(`corpus: ${files} files, by category of value:`);
  for (const [category, { values, found, open, pinned }] of [...categories].toSorted()) {
    console.log(
      `  ${category.padEnd(8)} ${found} of ${values} found, ${pinned} of ${open} valid ones without a digest pinned`,
    );
  }
  console.log(`corpus: ${falseHits.length} values pinned that are in category c or b-nopin`);
  for (const hit of falseHits) console.log(`  ${hit}`);
} else {
  console.log(`corpus: left out, since there is no ${shared}/corpus/images.dev.tsv`);
}

if (existsSync(`${shared}/corpus/crds-2/fields.tsv`)) {
  const unseen = await measureUnseen(`${shared}/corpus/crds-2`, { groups: "own" });
  hits.push(...unseen.hits);
  const { pins, splits, silent, missed, nopins, falseHits, falseByDefault } = unseen;
  console.log(
    `unseen kinds: ${unseen.pinned} of ${pins} images pinned with \`unknownFields: all\`, ${unseen.pinnedByDefault} by default`,
  );
  console.log(`unseen kinds: ${silent.length} of ${pins + splits} images and parts neither pinned nor told`);
  console.log(
    `unseen kinds: ${falseHits.length} of ${nopins} that are none changed with \`all\`, ${falseByDefault.length} by default`,
  );
  for (const each of [...missed, ...silent, ...falseHits]) console.log(`  ${each}`);
  const bare = await measureUnseen(`${shared}/corpus/crds-2`, { groups: "unknown" });
  console.log(
    `unseen kinds, in groups that no row knows: ${bare.pinned} pinned with \`all\`, ${bare.pinnedByDefault} by default, ${bare.silent.length} neither pinned nor told, ${bare.falseHits.length} that are none changed with \`all\`, ${bare.falseByDefault.length} by default`,
  );
} else {
  console.log(`unseen kinds: left out, since there is no ${shared}/corpus/crds-2/fields.tsv`);
}

if (hits.length > 0) {
  console.log(
    "by rule: images of unseen kinds that it alone finds, and what it takes by mistake where a registry",
  );
  console.log("has every name and `unknownFields` is `all`:");
  for (const line of ruleTable(hits)) console.log(`  ${line}`);
}

console.log(
  `names of models, disks and the like: ${await countChangedNames("all")} changed with \`all\`, ${await countChangedNames("qualified")} by default`,
);
