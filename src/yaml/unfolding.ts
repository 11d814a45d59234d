/**
 * What a text unfolds to where each alias is replaced by what it stands for: a few lines of aliases of aliases can be more
 * than any memory holds. It is counted here alone, where a text is scanned and where a document in one is entered, so that
 * whoever follows aliases needs no limit of their own.
 */
import { EVENT_ID } from "js-yaml";
import type { EventTable } from "./event-table.ts";
import { YamlSyntaxError } from "./syntax-error.ts";

/** How much an input, with all documents in its scalars, may unfold to. */
export interface UnfoldingBudget {
  /** Counted in nodes; a scalar counts as one for each {@link SCALAR_UNIT} of its characters. */
  readonly most: number;
  spent: number;
}

/** The budget of an input: in proportion to it, and enough for a short one. */
export function unfoldingBudget(text: string): UnfoldingBudget {
  return { most: Math.max(NODES_MIN, text.length * NODES_PER_CHARACTER), spent: 0 };
}

const NODES_MIN = 100_000;
const NODES_PER_CHARACTER = 64;
const SCALAR_UNIT = 16;

/** What a merge key brings in is put together anew for each mapping, which takes the time of so many nodes for each. */
const MERGE_WEIGHT = 8;

/**
 * How many aliases may lead to each other, one in what the next stands for: each link of a chain holds all that those before
 * it do, so that what a long one unfolds to grows with the square of its length.
 */
const LINKS_MAX = 50;

/** Takes so many nodes from a budget; false where it holds no more. */
export function spend(budget: UnfoldingBudget, nodes: number): boolean {
  budget.spent += nodes;
  return budget.spent <= budget.most;
}

/** A text as it is scanned, and what it may unfold to. */
export interface Folded {
  readonly text: string;
  readonly events: EventTable;
  /** Alias → the anchored node that it stands for. */
  readonly targets: ReadonlyMap<number, number>;
  /** How deep collections may be nested, through aliases too: whatever recurses over them relies on it. */
  readonly nesting: number;
  readonly budget: UnfoldingBudget;
}

/**
 * How many nodes a text unfolds to; what is merged counts for more.
 *
 * @throws {YamlSyntaxError} at the alias by which it is nested too deeply, or unfolds to more than its budget holds.
 */
export function unfoldedSize({ text, events, targets, nesting, budget }: Folded): number {
  if (targets.size === 0) return events.length;
  const anchored = new Map<number, Unfolded>(
    [...targets.values()].map((node) => [node, { size: 0, height: 0, links: 0 }]),
  );
  const open: Open[] = [{ node: -1, size: 0, height: 0, links: 0 }];
  let total = 0;
  // Whether what comes next is the value of a merge key.
  let isMerged = false;

  /** Adds a node that is complete to the collection that it stands in. */
  function put(node: number, { size, height, links }: Unfolded): void {
    const known = anchored.get(node);
    if (known !== undefined) Object.assign(known, { size, height, links });
    const parent = open.at(-1);
    if (parent === undefined) return;
    parent.size += size;
    parent.height = Math.max(parent.height, height);
    parent.links = Math.max(parent.links, links);
  }

  for (let node = 0; node < events.length; node++) {
    switch (events.types[node]) {
      case EVENT_ID.DOCUMENT:
        open.push({ node: -1, size: 0, height: 0, links: 0 });
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        open.push({
          node,
          size: 1,
          height: 0,
          links: 0,
          isMerged: isMerged && events.types[node] === EVENT_ID.SEQUENCE,
        });
        isMerged = false;
        total++;
        break;
      case EVENT_ID.SCALAR: {
        const size = 1 + Math.floor(((events.ends[node] ?? 0) - (events.starts[node] ?? 0)) / SCALAR_UNIT);
        isMerged = isMergeSign(node);
        put(node, { size, height: 0, links: 0 });
        total += size;
        break;
      }
      case EVENT_ID.ALIAS: {
        const target = anchored.get(targets.get(node) ?? -1) ?? { size: 0, height: 0, links: 0 };
        const links = target.links + 1;
        total += isMerged || open.at(-1)?.isMerged ? target.size * MERGE_WEIGHT : target.size;
        isMerged = false;
        // The list of open ones holds the text and the document as well.
        if (open.length - 2 + target.height > nesting) throw tooDeep({ text, nesting }, placeOf(node));
        if (budget.spent + total > budget.most) throw tooMuch({ text, budget }, placeOf(node));
        if (links > LINKS_MAX) throw tooLong({ text }, placeOf(node));
        put(node, { ...target, links });
        break;
      }
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed !== undefined && closed.node !== -1)
          put(closed.node, { size: closed.size, height: closed.height + 1, links: closed.links });
        break;
      }
    }
  }
  return total;

  function isMergeSign(scalar: number): boolean {
    const start = events.starts[scalar] ?? 0;
    return (events.ends[scalar] ?? 0) - start === 2 && text.startsWith("<<", start);
  }

  function placeOf(alias: number): { readonly offset: number; readonly name: string } {
    const start = events.starts[alias] ?? 0;
    return { offset: start - 1, name: text.slice(start, events.ends[alias]) };
  }
}

interface Unfolded {
  /** Its nodes. */
  size: number;
  /** How many collections are nested in it, itself included. */
  height: number;
  /** How many aliases in it lead to each other. */
  links: number;
}

interface Open extends Unfolded {
  /** -1 for what is no collection. */
  readonly node: number;
  /** True for a list of what a merge key brings in. */
  readonly isMerged?: boolean;
}

interface Alias {
  readonly offset: number;
  readonly name: string;
}

function tooDeep(
  { text, nesting }: Pick<Folded, "text" | "nesting">,
  { offset, name }: Alias,
): YamlSyntaxError {
  const reason = `what \`*${shown(name)}\` stands for nests deeper than ${nesting} levels here: write it out`;
  return new YamlSyntaxError(reason, { text, offset }, { code: "nesting" });
}

function tooLong({ text }: Pick<Folded, "text">, { offset, name }: Alias): YamlSyntaxError {
  const reason = `\`*${shown(name)}\` is one of more than ${LINKS_MAX} aliases that lead to each other: write out what one of them stands for`;
  return new YamlSyntaxError(reason, { text, offset }, { code: "unfolding" });
}

function tooMuch(
  { text, budget }: Pick<Folded, "text" | "budget">,
  { offset, name }: Alias,
): YamlSyntaxError {
  const reason = `with what \`*${shown(name)}\` stands for, aliases unfold to more than ${budget.most} nodes: use it in fewer places, or write out what is needed of it`;
  return new YamlSyntaxError(reason, { text, offset }, { code: "unfolding" });
}

function shown(name: string): string {
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name;
}

const NAME_MAX = 60;
