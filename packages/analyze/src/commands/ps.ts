import { USAGE } from '../tools/ps/options.ts';
import { ps as tool } from '../tools/ps/ps.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const ps: Command = toolCommand('ps', 'List processes, flat or as a tree', tool, USAGE);
