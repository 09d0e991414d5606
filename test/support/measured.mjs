/** Loaded before the program: says at its end how much memory it ever had resident, as the last line of standard error. */
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(2, `\nresident ${process.resourceUsage().maxRSS} KiB\n`));
