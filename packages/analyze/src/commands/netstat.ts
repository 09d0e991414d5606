import { netstat as tool } from '../tools/netstat/index.ts';
import { usage } from '../tools/netstat/options.ts';
import type { Command } from './command.ts';
import { toolCommand } from './tool-command.ts';

export const netstat: Command = toolCommand('netstat', 'Sockets, routes, interfaces and counters, as netstat prints them', tool, usage());
