import type { Feed } from './feed.ts';
import { groupsFeeds } from './groups.ts';
import { servicesFeeds } from './services.ts';
import { socketsInetFeeds } from './sockets-inet.ts';
import { socketsNetlinkFeeds } from './sockets-netlink.ts';
import { socketsPacketFeeds } from './sockets-packet.ts';
import { socketsUnixFeeds } from './sockets-unix.ts';
import { usersFeeds } from './users.ts';

/** Every feed; the first whose pattern matches a path reads it. */
export const FEEDS: readonly Feed[] = [
  ...socketsInetFeeds,
  ...socketsUnixFeeds,
  ...socketsNetlinkFeeds,
  ...socketsPacketFeeds,
  ...servicesFeeds,
  ...usersFeeds,
  ...groupsFeeds,
];
