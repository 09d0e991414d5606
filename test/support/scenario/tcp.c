/* TCP sockets in every state that two ends on one host can reach. */
#include "scenario.h"

struct pair {
  int a, b; /* a connected, b was accepted */
};

static int small = 4096;

static int listener(int family, const char *host, int backlog) {
  int s = socket(family, SOCK_STREAM, 0);
  struct sockaddr_in6 a6 = {.sin6_family = AF_INET6};
  struct sockaddr_in a4 = {.sin_family = AF_INET};
  need(s, "socket");
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &small, sizeof small); /* inherited by what is accepted: fills soon */
  if (family == AF_INET) {
    inet_pton(AF_INET, host, &a4.sin_addr);
    need(bind(s, (struct sockaddr *)&a4, sizeof a4), "bind");
  } else {
    inet_pton(AF_INET6, host, &a6.sin6_addr);
    need(bind(s, (struct sockaddr *)&a6, sizeof a6), "bind6");
  }
  need(listen(s, backlog), "listen");
  return s;
}

static int caller(int family, int to, int flags) {
  struct sockaddr_storage a;
  socklen_t n = sizeof a;
  int s = socket(family, SOCK_STREAM | flags, 0);
  need(s, "socket");
  setsockopt(s, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  need(getsockname(to, (struct sockaddr *)&a, &n), "getsockname");
  if (family == AF_INET && a.ss_family == AF_INET6) { /* a dual-stack listener called by IPv4 */
    struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = ((struct sockaddr_in6 *)&a)->sin6_port};
    a4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    need(connect(s, (struct sockaddr *)&a4, sizeof a4), "connect mapped");
  } else if (connect(s, (struct sockaddr *)&a, n) < 0 && errno != EINPROGRESS) need(-1, "connect");
  return s;
}

static struct pair connected(int family, int to) {
  struct pair p;
  p.a = caller(family, to, 0);
  p.b = accept(to, NULL, NULL);
  need(p.b, "accept");
  return p;
}

/* Writes until the other end has no room left, so that what comes after the data cannot get through. */
static void stuff(int fd) {
  static char data[65536];
  int quiet = 0;
  while (quiet < 20) {
    if (send(fd, data, sizeof data, MSG_DONTWAIT) > 0) quiet = 0;
    else {
      quiet++;
      usleep(2000);
    }
  }
}

/* A row that no descriptor stands behind any more: its addresses, from a socket that is about to be closed. */
static void say_gone(const char *what, int fd) {
  struct sockaddr_in l, r;
  socklen_t n = sizeof l;
  char lt[32], rt[32];
  need(getsockname(fd, (struct sockaddr *)&l, &n), "getsockname");
  n = sizeof r;
  need(getpeername(fd, (struct sockaddr *)&r, &n), "getpeername");
  inet_ntop(AF_INET, &l.sin_addr, lt, sizeof lt);
  inet_ntop(AF_INET, &r.sin_addr, rt, sizeof rt);
  say(what, ",\"inode\":0,\"local\":[\"%s\",%d],\"remote\":[\"%s\",%d]", lt, ntohs(l.sin_port), rt, ntohs(r.sin_port));
}

/* The other end of fd's connection, which has no descriptor. */
static void say_far_end(const char *what, int fd) {
  struct sockaddr_in l, r;
  socklen_t n = sizeof l;
  char lt[32], rt[32];
  need(getpeername(fd, (struct sockaddr *)&l, &n), "getpeername");
  n = sizeof r;
  need(getsockname(fd, (struct sockaddr *)&r, &n), "getsockname");
  inet_ntop(AF_INET, &l.sin_addr, lt, sizeof lt);
  inet_ntop(AF_INET, &r.sin_addr, rt, sizeof rt);
  say(what, ",\"inode\":0,\"local\":[\"%s\",%d],\"remote\":[\"%s\",%d]", lt, ntohs(l.sin_port), rt, ntohs(r.sin_port));
}

static void established(void) {
  int on = 1, l4 = listener(AF_INET, "127.0.0.1", 8), l6 = listener(AF_INET6, "::1", 8), any = listener(AF_INET6, "::", 8);
  struct pair p = connected(AF_INET, l4), q = connected(AF_INET6, l6), m = connected(AF_INET, any);
  need(setsockopt(p.a, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on), "keepalive");
  need(write(p.b, "thirty-seven bytes nobody reads, really", 37), "write");
  say_fd("tcp-listen", l4);
  say_fd("tcp6-listen", l6);
  say_fd("tcp6-listen-any", any);
  say_fd("tcp-established-client", p.a);
  say_fd("tcp-established-server", p.b);
  say_fd("tcp6-established-client", q.a);
  say_fd("tcp6-established-server", q.b);
  say_fd("tcp-mapped-client", m.a);
  say_fd("tcp6-mapped-server", m.b);
}

static void opening(void) {
  int secs = 1000, full = listener(AF_INET, "127.0.0.2", 0), lazy = listener(AF_INET, "127.0.0.3", 8), c;
  c = caller(AF_INET, full, 0);
  say_fd("tcp-queued-listen", full);
  say_fd("tcp-queued-client", c);
  say_far_end("tcp-queued-server", c);
  usleep(50000);
  say_fd("tcp-syn-sent", caller(AF_INET, full, SOCK_NONBLOCK)); /* the queue is full: the SYN is dropped */
  need(setsockopt(lazy, IPPROTO_TCP, TCP_DEFER_ACCEPT, &secs, sizeof secs), "TCP_DEFER_ACCEPT");
  c = caller(AF_INET, lazy, 0); /* says nothing, so the request stays one */
  say_fd("tcp-deferring-listen", lazy);
  say_fd("tcp-deferred-client", c);
  say_far_end("tcp-syn-recv", c);
}

static void closing(void) {
  int l = listener(AF_INET, "127.0.0.4", 16);
  struct pair p;
  say_fd("tcp-closing-listen", l);
  p = connected(AF_INET, l);
  need(shutdown(p.a, SHUT_WR), "shutdown");
  say_fd("tcp-fin-wait2", p.a);
  say_fd("tcp-close-wait", p.b);

  p = connected(AF_INET, l);
  stuff(p.a);
  shutdown(p.a, SHUT_WR);
  say_fd("tcp-fin-wait1", p.a);
  say_fd("tcp-fin-wait1-peer", p.b);

  p = connected(AF_INET, l);
  stuff(p.a);
  say_gone("tcp-fin-wait1-orphan", p.a);
  close(p.a);
  say_fd("tcp-fin-wait1-orphan-peer", p.b);

  p = connected(AF_INET, l);
  shutdown(p.a, SHUT_WR);
  usleep(20000);
  stuff(p.b);
  shutdown(p.b, SHUT_WR);
  say_fd("tcp-last-ack-peer", p.a);
  say_fd("tcp-last-ack", p.b);

  p = connected(AF_INET, l);
  stuff(p.a);
  shutdown(p.a, SHUT_WR);
  shutdown(p.b, SHUT_WR);
  say_fd("tcp-closing", p.a);
  say_fd("tcp-closing-peer", p.b);

  p.a = caller(AF_INET, l, 0); /* never accepted, and given up by the client */
  shutdown(p.a, SHUT_WR);
  say_fd("tcp-close-wait-queued-client", p.a);
  say_far_end("tcp-close-wait-queued", p.a);
}

static void no_row(void) {
  int created = socket(AF_INET, SOCK_STREAM, 0), bound = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET};
  need(bind(bound, (struct sockaddr *)&a, sizeof a), "bind");
  say("tcp-created", ",\"fd\":%d,\"inode\":%lu", created, inode_of(created));
  say("tcp-bound", ",\"fd\":%d,\"inode\":%lu", bound, inode_of(bound));
}

void theme_tcp(void) {
  established();
  opening();
  closing();
  no_row();
}

/* Rows that the kernel keeps for at most a minute: made last, looked at first. */
void theme_linger(void) {
  int l = listener(AF_INET, "127.0.0.5", 8);
  struct pair p = connected(AF_INET, l);
  say_fd("tcp-linger-listen", l);
  say_gone("tcp-time-wait", p.a);
  shutdown(p.a, SHUT_WR);
  usleep(20000);
  close(p.b);
  usleep(20000);
  close(p.a);
  p = connected(AF_INET, l);
  say_gone("tcp-fin-wait2-orphan", p.a);
  close(p.a);
  say_fd("tcp-fin-wait2-orphan-peer", p.b);
}
