import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startShop } from '../test/support/scenario/intrusion/shop.ts';
import { CAPTURE, furnitureWithCapture, refuseGiveaways } from './machine.ts';

const OUT = join(import.meta.dirname, 'intrusion');
/** Environments, which `LD_PRELOAD` stands in, are always asked for; the kernel's own lists too, so that no rule is blind for want of them. */
const MORE = ['--netlink', '--sockopt'];

/** The host of a small shop, captured before and after somebody left things on it. */
export async function makeIntrusion(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-sample-'));
  const shop = await startShop(furnitureWithCapture(directory));
  mkdirSync(OUT, { recursive: true });
  shop.capture(CAPTURE, join(OUT, 'before.tar.zst'), MORE);
  await sleep(10_000); // so that times can be told apart
  shop.intrude();
  await sleep(5000);
  shop.capture(CAPTURE, join(OUT, 'after.tar.zst'), MORE);
  await shop.stop();
  rmSync(directory, { recursive: true, force: true });
  refuseGiveaways(OUT);
}
