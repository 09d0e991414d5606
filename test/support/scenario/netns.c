/* Network namespaces: one that a process lives in, one that only a descriptor keeps, one that only a socket keeps. */
#include "scenario.h"
#include <sched.h>

static int listening(int family, const char *host) {
  struct sockaddr_in a = {.sin_family = AF_INET};
  struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
  int s = socket(family, SOCK_STREAM, 0);
  need(s, "socket");
  inet_pton(AF_INET, host, &a.sin_addr);
  inet_pton(AF_INET6, host, &a6.sin6_addr);
  need(family == AF_INET ? bind(s, (struct sockaddr *)&a, sizeof a) : bind(s, (struct sockaddr *)&a6, sizeof a6), "bind");
  need(listen(s, 4), "listen");
  return s;
}

static unsigned long own_ns(void) {
  struct stat st;
  need(stat("/proc/self/ns/net", &st), "stat ns");
  return (unsigned long)st.st_ino;
}

static void lived_in(void) {
  if (helper() != 0) return;
  struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0inside"};
  int s;
  need(unshare(CLONE_NEWNET), "unshare net");
  lo_up();
  say("netns", ",\"net_ns\":%lu", own_ns());
  say_fd("netns-listen", listening(AF_INET, "127.0.0.1"));
  say_fd("netns-listen6", listening(AF_INET6, "::1"));
  s = socket(AF_UNIX, SOCK_DGRAM, 0);
  need(bind(s, (struct sockaddr *)&un, sizeof(sa_family_t) + 7), "bind");
  say_fd("netns-unix", s);
  stay();
}

/* Makes a namespace, keeps what `keep` says of it, and goes back. */
static void kept_by(const char *what, int by_socket) {
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), kept;
  unsigned long there;
  need(home, "open ns");
  need(unshare(CLONE_NEWNET), "unshare net");
  lo_up();
  there = own_ns();
  kept = by_socket ? listening(AF_INET, "127.0.0.1") : open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  need(setns(home, CLONE_NEWNET), "setns");
  close(home);
  say(what, ",\"fd\":%d,\"inode\":%lu,\"net_ns\":%lu", kept, inode_of(kept), there);
}

void theme_netns(void) {
  lived_in();
  kept_by("netns-by-descriptor", 0);
  kept_by("netns-by-socket", 1);
  usleep(200000);
}
