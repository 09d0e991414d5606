import { cgroupsFeeds } from './cgroups-feed.ts';
import { conntrackFeeds } from './conntrack-feed.ts';
import { countersFeeds } from './counters-feed.ts';
import { devicesFeeds } from './devices-feed.ts';
import { diagFeeds } from './diag-feed.ts';
import { directoryListingsFeeds } from './directory-listings-feed.ts';
import { executableFeeds } from './executables-feed.ts';
import { factsFeeds } from './facts-feed.ts';
import { fdFeeds } from './fd-feed.ts';
import type { Feed } from './feed.ts';
import { groupsFeeds } from './groups-feed.ts';
import { hostsFeeds } from './hosts-feed.ts';
import { interfaceAddressesFeeds } from './interface-addresses-feed.ts';
import { interfacesFeeds } from './interfaces-feed.ts';
import { ipv4AddressesFeeds } from './ipv4-addresses-feed.ts';
import { linkFeeds } from './link-feeds.ts';
import { locksFeeds } from './locks-feed.ts';
import { memoryFeeds } from './memory-feeds.ts';
import { modulesFeeds } from './modules-feed.ts';
import { multicastFeeds } from './multicast-feed.ts';
import { namedProcessesFeeds } from './named-processes-feed.ts';
import { neighboursFeeds } from './neighbours-feed.ts';
import { netProtocolsFeeds } from './net-protocols-feed.ts';
import { packetTypesFeeds } from './packet-types-feed.ts';
import { processFeeds } from './process-feeds.ts';
import { protocolsFeeds } from './protocols-feed.ts';
import { routesFeeds } from './routes-feed.ts';
import { rpcProgramsFeeds } from './rpc-programs-feed.ts';
import { rpcRegistrationsFeeds } from './rpc-registrations-feed.ts';
import { servicesFeeds } from './services-feed.ts';
import { socketOptionsFeeds } from './socket-options-feed.ts';
import { socketProtonamesFeeds } from './socket-protonames-feed.ts';
import { socketsInetFeeds } from './sockets-inet-feed.ts';
import { socketsNetlinkFeeds } from './sockets-netlink-feed.ts';
import { socketsPacketFeeds } from './sockets-packet-feed.ts';
import { socketsSctpFeeds } from './sockets-sctp-feed.ts';
import { socketsUnixFeeds } from './sockets-unix-feed.ts';
import { statusFeeds } from './status-feed.ts';
import { tableComparisonsFeeds } from './table-comparisons-feed.ts';
import { taskFeeds } from './task-feeds.ts';
import { usersFeeds } from './users-feed.ts';

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
  ...ipv4AddressesFeeds,
  ...diagFeeds,
  ...socketProtonamesFeeds,
  ...socketOptionsFeeds,
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
  ...namedProcessesFeeds,
  ...cgroupsFeeds,
  ...locksFeeds,
  ...devicesFeeds,
  ...directoryListingsFeeds,
  ...tableComparisonsFeeds,
  ...factsFeeds,
];
