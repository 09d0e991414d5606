import { CLASSES } from '../db/functions.ts';
import { masked, parseBlock } from './address.ts';
import type { Understood } from './indicator.ts';

const CLASS_BLOCKS = CLASSES.flatMap(([name, blocks]) => blocks.map((block) => ({ name, block: parseBlock(block) })));

/** Names of kinds of addresses that an indicator should hardly be, as `private`; null for public ones and what is no address. */
export function oddAddress({ alternatives }: Understood): string | null {
  for (const terms of alternatives) {
    for (const term of terms) {
      if (term.kind === 'block' && term.bits === 0) return 'every address';
      const address = term.kind === 'address' ? term.address : term.kind === 'block' ? term.base : null;
      if (address === null) continue;
      const found = CLASS_BLOCKS.find(
        ({ block }) => block !== null && typeof block.base === typeof address && masked(address, block.bits) === block.base,
      );
      if (found !== undefined) return found.name;
    }
  }
  return null;
}
