/* Load generator: load PROCESSES NAMESPACES FILES TCP_PAIRS UNIX_PAIRS UDP. Makes processes that hold descriptors, says "ready", and stays until
 * standard input ends. Every process holds FILES files, pipes and event counters, one listener with TCP_PAIRS connections to itself, UNIX_PAIRS pairs and UDP sockets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(int ok, const char *step) {
  if (ok >= 0) return;
  perror(step);
  kill(0, SIGKILL);
}

static void lo_up(void) {
  struct ifreq r = {.ifr_name = "lo"};
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  need(ioctl(s, SIOCGIFFLAGS, &r), "SIOCGIFFLAGS");
  r.ifr_flags |= IFF_UP;
  need(ioctl(s, SIOCSIFFLAGS, &r), "SIOCSIFFLAGS");
  close(s);
}

static void sockets(int tcp, int pairs, int udp) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, any = a;
  socklen_t n = sizeof a;
  int l = socket(AF_INET, SOCK_STREAM, 0), p[2];
  need(bind(l, (struct sockaddr *)&a, sizeof a), "bind");
  need(listen(l, 64), "listen");
  need(getsockname(l, (struct sockaddr *)&a, &n), "getsockname");
  for (int i = 0; i < tcp; i++) {
    need(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof a), "connect");
    need(accept(l, NULL, NULL), "accept");
  }
  for (int i = 0; i < pairs; i++) need(socketpair(AF_UNIX, SOCK_STREAM, 0, p), "socketpair");
  for (int i = 0; i < udp; i++) need(bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&any, sizeof any), "bind udp");
}

static void files(int count, int number) {
  char name[64];
  int p[2];
  for (int i = 0; i < count; i++) {
    if (i % 8 == 6) need(eventfd(0, 0), "eventfd");
    else if (i % 8 == 4 && i + 1 < count) {
      need(pipe(p), "pipe");
      i++;
    } else {
      snprintf(name, sizeof name, "f%d-%d.log", number % 50, i);
      need(open(name, O_RDWR | O_CREAT | O_APPEND, 0644), name);
    }
  }
}

int main(int argc, char **argv) {
  int v[6], ready[2], made = 0, home = open("/proc/self/ns/net", O_RDONLY);
  char c;
  if (argc != 7) return 2;
  for (int i = 0; i < 6; i++) v[i] = atoi(argv[i + 1]);
  setpgid(0, 0);
  need(pipe(ready), "pipe");
  for (int ns = 0; ns < v[1]; ns++) {
    if (ns > 0) need(unshare(CLONE_NEWNET), "unshare");
    lo_up();
    for (; made < (long)v[0] * (ns + 1) / v[1]; made++) {
      pid_t pid = fork();
      need(pid, "fork");
      if (pid > 0) continue;
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      close(home);
      close(ready[0]);
      files(v[2], made);
      sockets(v[3], v[4], v[5]);
      need(write(ready[1], "x", 1), "write");
      close(ready[1]);
      for (;;) pause();
    }
  }
  need(setns(home, CLONE_NEWNET), "setns");
  for (int i = 0; i < v[0]; i++) need(read(ready[0], &c, 1), "read");
  printf("ready\n");
  fflush(stdout);
  while (read(0, &c, 1) > 0) continue;
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  while (wait(NULL) > 0) continue;
  return 0;
}
