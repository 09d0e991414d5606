/* Processes that make it hard to capture a host: each way of being a nuisance is one word on the command line. Says "ready" when it is at it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void need(long ok, const char *step) {
  if (ok >= 0) return;
  perror(step);
  exit(1);
}

static void ready(void) {
  puts("ready");
  fflush(stdout);
}

/* Forks children that end at once, as fast as it can. */
static void forks(void) {
  signal(SIGCHLD, SIG_IGN);
  ready();
  for (;;) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0 && errno != EAGAIN) exit(1);
  }
}

/* What a process with a recycled number says of itself: everything of one letter. */
static void incarnation(const char *place, char letter) {
  char path[512], name[16];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  snprintf(name, sizeof name, "letter-%c", letter);
  prctl(PR_SET_NAME, name);
  snprintf(path, sizeof path, "%s/%c", place, letter);
  if (chdir(path) != 0) _exit(1);
  snprintf(path, sizeof path, "%s/%c/file", place, letter);
  int fd = open(path, O_RDONLY);
  if (fd < 0 || dup2(fd, 77) < 0) _exit(1);
  close(fd);
  for (;;) pause();
}

/* SLOTS process numbers, each of which is another process every few milliseconds. In a pid namespace of its own. */
enum { SLOTS = 40, FIRST = 500 };
static void reuse(const char *place) {
  pid_t slots[SLOTS] = {0};
  for (char letter = 'a'; letter <= 'z'; letter++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%c", place, letter);
    need(mkdir(path, 0755), "mkdir");
    snprintf(path, sizeof path, "%s/%c/file", place, letter);
    need(close(open(path, O_CREAT | O_WRONLY, 0644)), "file");
  }
  for (unsigned long n = 0;; n++) {
    int slot = n % SLOTS;
    if (slots[slot] > 0) {
      kill(slots[slot], SIGKILL);
      waitpid(slots[slot], NULL, 0);
    }
    int last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
    need(last, "ns_last_pid");
    dprintf(last, "%d", FIRST + slot - 1);
    slots[slot] = fork();
    need(slots[slot], "fork");
    if (slots[slot] == 0) incarnation(place, 'a' + (n / SLOTS) % 26);
    close(last);
    if (n == 2 * SLOTS) ready();
  }
}

static void *sleeper(void *arg) {
  for (;;) pause();
  return arg;
}

static void threads(int count) {
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 16384);
  for (int i = 1; i < count; i++) {
    pthread_t thread;
    int failed = pthread_create(&thread, &attr, sleeper, NULL);
    if (failed == 0) continue;
    printf("only %d: %s\n", i, strerror(failed));
    fflush(stdout);
    break;
  }
  ready();
  for (;;) pause();
}

/* Watches what is opened below its own process directory, and tells when by the monotonic clock, in nanoseconds. */
static void watch(void) {
  static const char *const names[] = {"stat", "status", "comm", "cmdline", "maps", "fd", "fdinfo", "task", "cgroup", "."};
  int where[64] = {0};
  int in = inotify_init1(IN_CLOEXEC);
  need(in, "inotify");
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", getpid(), names[i]);
    int w = inotify_add_watch(in, path, IN_OPEN | IN_ACCESS);
    need(w, path);
    if (w < 64) where[w] = (int)i;
  }
  ready();
  for (;;) {
    char events[16384];
    ssize_t n = read(in, events, sizeof events);
    need(n, "read");
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (char *at = events; at < events + n;) {
      const struct inotify_event *e = (const struct inotify_event *)at;
      if (e->wd >= 0 && e->wd < 64) printf("%lld%09ld %s\n", (long long)now.tv_sec, now.tv_nsec, names[where[e->wd]]);
      at += sizeof *e + e->len;
    }
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char *what = argc > 1 ? argv[1] : "";
  if (strcmp(what, "forks") == 0) forks();
  if (strcmp(what, "reuse") == 0 && argc > 2) reuse(argv[2]);
  if (strcmp(what, "threads") == 0 && argc > 2) threads(atoi(argv[2]));
  if (strcmp(what, "watch") == 0) watch();
  fprintf(stderr, "forks | reuse PLACE | threads COUNT | watch\n");
  return 2;
}
