/* Unix sockets, honest and lying ones. */
#include "scenario.h"
#include <linux/io_uring.h>
#include <sys/syscall.h>

/* Binds to `name` (n bytes; abstract when the first is NUL). */
static int named(int type, const char *name, size_t n) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  int s = socket(AF_UNIX, type, 0);
  need(s, "socket unix");
  memcpy(a.sun_path, name, n);
  if (name[0] != 0) unlink(name);
  need(bind(s, (struct sockaddr *)&a, sizeof(sa_family_t) + n), "bind unix");
  return s;
}

static int path(int type, const char *name) { return named(type, name, strlen(name)); }

static int call(int type, int to) {
  struct sockaddr_un a;
  socklen_t n = sizeof a;
  int s = socket(AF_UNIX, type, 0);
  need(getsockname(to, (struct sockaddr *)&a, &n), "getsockname unix");
  need(connect(s, (struct sockaddr *)&a, n), "connect unix");
  return s;
}

static void plain(void) {
  int l = path(SOCK_STREAM, "stream.sock"), c, s, pair[2], seq, gone;
  need(listen(l, 8), "listen unix");
  c = call(SOCK_STREAM, l);
  s = accept(l, NULL, NULL);
  say_fd("unix-stream-listen", l);
  say_fd("unix-stream-client", c);
  say_fd("unix-stream-server", s);
  seq = path(SOCK_SEQPACKET, "seq.sock");
  need(listen(seq, 8), "listen seqpacket");
  say_fd("unix-seqpacket-listen", seq);
  say_fd("unix-embryo-client", call(SOCK_SEQPACKET, seq)); /* never accepted: the other end has no inode */
  say_fd("unix-dgram", path(SOCK_DGRAM, "dgram.sock"));
  say_fd("unix-dgram-client", call(SOCK_DGRAM, path(SOCK_DGRAM, "dgram2.sock")));
  need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
  say_fd("unix-pair-0", pair[0]);
  say_fd("unix-pair-1", pair[1]);
  gone = path(SOCK_STREAM, "gone.sock");
  need(listen(gone, 1), "listen");
  unlink("gone.sock");
  say_fd("unix-unlinked", gone);
  say_fd("unix-unbound", socket(AF_UNIX, SOCK_DGRAM, 0));
}

static void abstract(const char *what, const char *name, size_t n) {
  char full[108] = {0};
  int s;
  memcpy(full + 1, name, n);
  s = named(SOCK_STREAM, full, n + 1);
  need(listen(s, 1), "listen abstract");
  say_fd(what, s);
}

static void lying(void) {
  char forged[107];
  abstract("unix-abstract", "coldstat/abstract", 17);
  abstract("unix-abstract-blanks", " two  blanks ", 13);
  abstract("unix-abstract-newline", "one\ntwo", 7);
  abstract("unix-abstract-escape", "red\x1b[31m\x07", 9);
  abstract("unix-abstract-bytes", "\xff\xfe\xc3\x28", 4);
  abstract("unix-abstract-nul", "a\0b\0", 4);
  abstract("unix-abstract-rtl", "txt.\xe2\x80\xae" "gpj", 10);
  /* A whole row in the form of the kernel behind a newline: an address that nobody has, an inode that does not exist. */
  snprintf(forged, sizeof forged, "\nffff888000000000: 00000002 00000000 00010000 0001 01 4242424242 /run/forged");
  abstract("unix-forged-row", forged, strlen(forged));
  snprintf(forged, sizeof forged, "x\nNum       RefCount Protocol Flags    Type St Inode Path");
  say_fd("unix-forged-header", path(SOCK_DGRAM, forged));
}

/* Sends the descriptors to ourselves and closes them: from then on only the message holds them. */
static void in_flight(void) {
  int pair[2], carried[2];
  char control[CMSG_SPACE(sizeof carried)] = {0}, byte = 'x';
  struct iovec io = {&byte, 1};
  struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  struct sockaddr_in a = {.sin_family = AF_INET};
  socklen_t n = sizeof a;
  need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
  carried[0] = socket(AF_INET, SOCK_STREAM, 0);
  inet_pton(AF_INET, "127.0.0.6", &a.sin_addr);
  need(bind(carried[0], (struct sockaddr *)&a, sizeof a), "bind");
  need(listen(carried[0], 1), "listen");
  need(getsockname(carried[0], (struct sockaddr *)&a, &n), "getsockname");
  carried[1] = path(SOCK_DGRAM, "carried.sock");
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof carried);
  memcpy(CMSG_DATA(c), carried, sizeof carried);
  need(sendmsg(pair[0], &m, 0), "sendmsg");
  say("flight-tcp", ",\"inode\":%lu,\"local\":[\"127.0.0.6\",%d]", inode_of(carried[0]), ntohs(a.sin_port));
  say("flight-unix", ",\"inode\":%lu", inode_of(carried[1]));
  close(carried[0]);
  close(carried[1]);
  say_fd("flight-sender", pair[0]);
  say_fd("flight-receiver", pair[1]);
}

/* Registers a listening socket with a ring and closes the descriptor: only the ring holds it. */
static void in_ring(void) {
  struct io_uring_params p = {0};
  struct sockaddr_in a = {.sin_family = AF_INET};
  socklen_t n = sizeof a;
  int s, ring = (int)syscall(__NR_io_uring_setup, 4, &p);
  if (ring < 0) {
    say_missing("ring-tcp", strerror(errno));
    return;
  }
  s = socket(AF_INET, SOCK_STREAM, 0);
  inet_pton(AF_INET, "127.0.0.7", &a.sin_addr);
  need(bind(s, (struct sockaddr *)&a, sizeof a), "bind");
  need(listen(s, 1), "listen");
  need(getsockname(s, (struct sockaddr *)&a, &n), "getsockname");
  need(syscall(__NR_io_uring_register, ring, IORING_REGISTER_FILES, &s, 1), "IORING_REGISTER_FILES");
  say("ring-tcp", ",\"inode\":%lu,\"local\":[\"127.0.0.7\",%d]", inode_of(s), ntohs(a.sin_port));
  close(s);
  say("ring", ",\"fd\":%d", ring);
}

void theme_unix(void) {
  plain();
  lying();
  in_flight();
  in_ring();
}
