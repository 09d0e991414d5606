import { conntrackFeeds } from './conntrack.ts';
import { countersFeeds } from './counters.ts';
import { devicesFeeds } from './devices.ts';
import { executableFeeds } from './executables.ts';
import { factsFeeds } from './facts.ts';
import { fdFeeds } from './fd-feed.ts';
import type { Feed } from './feed.ts';
import { groupsFeeds } from './groups.ts';
import { hostsFeeds } from './hosts.ts';
import { interfaceAddressesFeeds } from './interface-addresses.ts';
import { interfacesFeeds } from './interfaces.ts';
import { linkFeeds } from './link-feeds.ts';
import { locksFeeds } from './locks.ts';
import { memoryFeeds } from './memory-feeds.ts';
import { modulesFeeds } from './modules.ts';
import { multicastFeeds } from './multicast.ts';
import { neighboursFeeds } from './neighbours.ts';
import { netProtocolsFeeds } from './net-protocols.ts';
import { packetTypesFeeds } from './packet-types.ts';
import { processFeeds } from './process-feeds.ts';
import { protocolsFeeds } from './protocols.ts';
import { routesFeeds } from './routes.ts';
import { rpcProgramsFeeds } from './rpc-programs.ts';
import { rpcRegistrationsFeeds } from './rpc-registrations.ts';
import { servicesFeeds } from './services.ts';
import { socketsInetFeeds } from './sockets-inet.ts';
import { socketsNetlinkFeeds } from './sockets-netlink.ts';
import { socketsPacketFeeds } from './sockets-packet.ts';
import { socketsSctpFeeds } from './sockets-sctp.ts';
import { socketsUnixFeeds } from './sockets-unix.ts';
import { statusFeeds } from './status-feed.ts';
import { taskFeeds } from './task-feeds.ts';
import { usersFeeds } from './users.ts';

/** Every feed; the first whose pattern matches a path reads it. */
export const FEEDS: readonly Feed[] = [
  ...processFeeds,
  ...statusFeeds,
  ...taskFeeds,
  ...linkFeeds,
  ...fdFeeds,
  ...memoryFeeds,
  ...executableFeeds,
  ...socketsInetFeeds,
  ...socketsUnixFeeds,
  ...socketsNetlinkFeeds,
  ...socketsPacketFeeds,
  ...socketsSctpFeeds,
  ...countersFeeds,
  ...netProtocolsFeeds,
  ...interfacesFeeds,
  ...interfaceAddressesFeeds,
  ...routesFeeds,
  ...neighboursFeeds,
  ...multicastFeeds,
  ...packetTypesFeeds,
  ...conntrackFeeds,
  ...servicesFeeds,
  ...protocolsFeeds,
  ...rpcProgramsFeeds,
  ...rpcRegistrationsFeeds,
  ...hostsFeeds,
  ...usersFeeds,
  ...groupsFeeds,
  ...modulesFeeds,
  ...locksFeeds,
  ...devicesFeeds,
  ...factsFeeds,
];
