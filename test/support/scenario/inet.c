/* Sockets without connections: UDP, UDP-Lite, raw, ping, packet, netlink. */
#include "scenario.h"
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

static int bound(int family, int type, int protocol, const char *host) {
  int s = socket(family, type, protocol);
  struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
  struct sockaddr_in a4 = {.sin_family = AF_INET};
  if (s < 0) return -1;
  if (family == AF_INET) {
    inet_pton(AF_INET, host, &a4.sin_addr);
    need(bind(s, (struct sockaddr *)&a4, sizeof a4), "bind");
  } else {
    inet_pton(AF_INET6, host, &a6.sin6_addr);
    need(bind(s, (struct sockaddr *)&a6, sizeof a6), "bind6");
  }
  return s;
}

static void connect_to(int s, int to) {
  struct sockaddr_storage a;
  socklen_t n = sizeof a;
  need(getsockname(to, (struct sockaddr *)&a, &n), "getsockname");
  need(connect(s, (struct sockaddr *)&a, n), "connect");
}

static void say_or_missing(const char *what, int s) {
  if (s < 0) say_missing(what, strerror(errno));
  else say_fd(what, s);
}

static void datagrams(void) {
  int u4 = bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1"), c4 = bound(AF_INET, SOCK_DGRAM, 0, "127.0.0.1");
  int u6 = bound(AF_INET6, SOCK_DGRAM, 0, "::1"), c6 = bound(AF_INET6, SOCK_DGRAM, 0, "::1");
  int any = bound(AF_INET6, SOCK_DGRAM, 0, "::"), mapped = socket(AF_INET6, SOCK_DGRAM, 0), unbound = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in6 to = {.sin6_family = AF_INET6};
  struct sockaddr_in at;
  socklen_t n = sizeof at;
  connect_to(c4, u4);
  need(send(c4, "kept unread", 11, 0), "send");
  connect_to(c6, u6);
  need(getsockname(u4, (struct sockaddr *)&at, &n), "getsockname");
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
  to.sin6_port = at.sin_port;
  need(connect(mapped, (struct sockaddr *)&to, sizeof to), "connect mapped");
  say_fd("udp", u4);
  say_fd("udp-connected", c4);
  say_fd("udp6", u6);
  say_fd("udp6-connected", c6);
  say_fd("udp6-any", any);
  say_fd("udp6-mapped", mapped);
  say("udp-unbound", ",\"fd\":%d,\"inode\":%lu", unbound, inode_of(unbound));
  say_or_missing("udplite", bound(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, "127.0.0.1"));
  say_or_missing("udplite6", bound(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE, "::1"));
}

static void raws(void) {
  int ping;
  say_or_missing("raw-icmp", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
  say_or_missing("raw-255", socket(AF_INET, SOCK_RAW, IPPROTO_RAW));
  say_or_missing("raw6-icmp", socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
  ping = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  if (ping >= 0) {
    struct sockaddr_in a = {.sin_family = AF_INET};
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    need(bind(ping, (struct sockaddr *)&a, sizeof a), "bind ping");
  }
  say_or_missing("ping", ping);
}

static void packets(void) {
  struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex("lo")};
  int all = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), cooked = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
  int idle = socket(AF_PACKET, SOCK_RAW, 0);
  say_or_missing("packet-raw", all);
  if (cooked >= 0) need(bind(cooked, (struct sockaddr *)&ll, sizeof ll), "bind packet");
  say_or_missing("packet-dgram", cooked);
  say_or_missing("packet-idle", idle);
}

static void netlinks(void) {
  struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR};
  struct sockaddr_nl plain = {.nl_family = AF_NETLINK};
  int route = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), uevent = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
  int unbound = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
  need(bind(route, (struct sockaddr *)&group, sizeof group), "bind netlink");
  say_fd("netlink-route", route);
  if (uevent >= 0) need(bind(uevent, (struct sockaddr *)&plain, sizeof plain), "bind uevent");
  say_or_missing("netlink-uevent", uevent);
  say_or_missing("netlink-unbound", unbound);
}

void theme_inet(void) {
  datagrams();
  raws();
  packets();
  netlinks();
}
