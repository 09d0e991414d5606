/*
 * A program that bears any name and only holds kernel objects: what it shall hold stands on its standard input, a line each. No line moves data.
 * It leaves whoever started it, as a daemon does, says its process id when everything is there, and lets go of standard output and error then.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/if_ether.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;
static char **arguments;
static int last = -1, accepts, ready;
static struct sockaddr_in hidden;

static void need(long ok, const char *step) {
  if (ok >= 0) return;
  fprintf(stderr, "standin: %s: %s\n", step, strerror(errno));
  exit(1);
}

static void let_go(void) {
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(null, fd);
  close(null);
}

static void stay(void) {
  for (;;) pause();
}

static struct sockaddr_in at(const char *address, const char *port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, address, &a.sin_addr) != 1) need((errno = EINVAL, -1), address);
  return a;
}

static int bound(int type, struct sockaddr_in a) {
  int one = 1, s = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  need(s, "socket");
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  need(bind(s, (struct sockaddr *)&a, sizeof a), "bind");
  if (type == SOCK_STREAM) need(listen(s, 16), "listen");
  return s;
}

static void *hide(void *unused) { /* a listener in a descriptor table that only this thread has */
  (void)unused;
  need(unshare(CLONE_FILES), "unshare");
  let_go();
  bound(SOCK_STREAM, hidden);
  __atomic_store_n(&ready, 1, __ATOMIC_SEQ_CST);
  stay();
  return NULL;
}

static void local(const char *path) {
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  strncpy(a.sun_path, path, sizeof a.sun_path - 1);
  need(bind(s, (struct sockaddr *)&a, sizeof a), path);
  need(listen(s, 16), "listen");
}

static void connected(struct sockaddr_in a) {
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  need(connect(s, (struct sockaddr *)&a, sizeof a), "connect");
}

static void become(const char *uid, const char *gid) {
  need(setgroups(0, NULL), "setgroups");
  need(setgid(atoi(gid)), "setgid");
  need(setuid(atoi(uid)), "setuid");
}

/* A shell that waits for words on a socket, and gets none: loopback alone, whatever is asked. */
static void shell(const char *port) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = at("127.0.0.1", port);
  need(connect(s, (struct sockaddr *)&a, sizeof a), "connect");
  dprintf(1, "%d\n", getpid());
  for (int fd = 0; fd < 3; fd++) dup2(s, fd);
  close(s);
  execl("/bin/sh", "sh", (char *)NULL);
  exit(1);
}

/* Runs on from a copy of itself in memory, with the lines that are left. */
static void memory(const char *name, const char *rest) {
  int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out = memfd_create(name, MFD_CLOEXEC), lines[2];
  struct stat st;
  need(fstat(in, &st), "fstat");
  need(sendfile(out, in, NULL, st.st_size) == st.st_size ? 0 : -1, "copy");
  need(pipe(lines), "pipe");
  need(write(lines[1], rest, strlen(rest)), "write");
  dup2(lines[0], 0);
  close(lines[0]);
  close(lines[1]);
  fexecve(out, arguments, environ);
  need(-1, "fexecve");
}

/* A child that has what was made so far, and the user and group of the line. */
static void worker(const char *uid, const char *gid) {
  pid_t child = fork();
  need(child, "fork");
  if (child != 0) return;
  become(uid, gid);
  let_go();
  stay();
}

static void obey(char *line, const char *rest) {
  char *word[4] = {"", "", "", ""}, *save;
  int n = 0;
  for (char *w = strtok_r(line, " ", &save); w != NULL && n < 4; w = strtok_r(NULL, " ", &save)) word[n++] = w;
  if (!strcmp(word[0], "listen")) last = bound(SOCK_STREAM, at(word[1], word[2]));
  else if (!strcmp(word[0], "accept")) accepts = 1;
  else if (!strcmp(word[0], "udp")) bound(SOCK_DGRAM, at(word[1], word[2]));
  else if (!strcmp(word[0], "unix")) local(word[1]);
  else if (!strcmp(word[0], "connect")) connected(at(word[1], word[2]));
  else if (!strcmp(word[0], "log")) need(open(word[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640), word[1]);
  else if (!strcmp(word[0], "user")) become(word[1], word[2]);
  else if (!strcmp(word[0], "worker")) worker(word[1], word[2]);
  else if (!strcmp(word[0], "name")) need(prctl(PR_SET_NAME, word[1]), "name");
  else if (!strcmp(word[0], "packet")) need(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), "packet");
  else if (!strcmp(word[0], "memory")) memory(word[1], rest);
  else if (!strcmp(word[0], "shell")) shell(word[1]);
  else if (!strcmp(word[0], "thread")) {
    pthread_t t;
    hidden = at(word[1], word[2]);
    need(-pthread_create(&t, NULL, hide, NULL), "pthread_create");
    while (!__atomic_load_n(&ready, __ATOMIC_SEQ_CST)) usleep(1000);
  } else need((errno = EINVAL, -1), word[0]);
}

static void detach(void) {
  if (fork() > 0) _exit(0);
  setsid();
  if (fork() > 0) _exit(0);
  need(chdir("/"), "chdir");
}

static int from_memory(void) {
  char link[32] = "";
  return readlink("/proc/self/exe", link, sizeof link - 1) > 0 && strncmp(link, "/memfd:", 7) == 0;
}

int main(int argc, char **argv) {
  static char text[4096];
  size_t length = 0;
  ssize_t got;
  (void)argc;
  arguments = argv;
  while ((got = read(0, text + length, sizeof text - 1 - length)) > 0) length += got;
  if (!from_memory()) detach();
  for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
    *end = 0;
    obey(line, end + 1);
  }
  dprintf(1, "%d\n", getpid());
  let_go();
  while (accepts) need(accept4(last, NULL, NULL, SOCK_CLOEXEC), "accept");
  stay();
}
