#include "scenario.h"
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

static pid_t helpers[64];
static int helper_count;

void need(long ok, const char *step) {
  if (ok >= 0) return;
  fprintf(stderr, "scenario: %s: %s\n", step, strerror(errno));
  exit(1);
}

unsigned long inode_of(int fd) {
  struct stat st;
  need(fstat(fd, &st), "fstat");
  return (unsigned long)st.st_ino;
}

const char *hex(const void *bytes, size_t n) {
  static char out[8][1024];
  static int turn;
  char *at = out[turn = (turn + 1) % 8];
  for (size_t i = 0; i < n && i < 500; i++) sprintf(at + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
  at[2 * n] = 0;
  return at;
}

void say(const char *what, const char *format, ...) {
  char rest[2048];
  va_list args;
  va_start(args, format);
  vsnprintf(rest, sizeof rest, format, args);
  va_end(args);
  char line[2400];
  int n = snprintf(line, sizeof line, "{\"what\":\"%s\",\"pid\":%d%s}\n", what, getpid(), rest);
  need(write(1, line, n), "write"); /* one write: helpers share the pipe */
}

void say_missing(const char *what, const char *why) { say(what, ",\"missing\":\"%s\"", why); }

static void address(char *out, size_t size, const struct sockaddr_storage *a) {
  char host[64] = "";
  if (a->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const void *)a;
    inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
    snprintf(out, size, "\"%s\",%d", host, ntohs(in->sin_port));
  } else {
    const struct sockaddr_in6 *in = (const void *)a;
    inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
    snprintf(out, size, "\"%s\",%d", host, ntohs(in->sin6_port));
  }
}

void say_fd(const char *what, int fd) {
  struct sockaddr_storage a;
  socklen_t n = sizeof a;
  char more[1200] = "";
  memset(&a, 0, sizeof a);
  if (getsockname(fd, (struct sockaddr *)&a, &n) == 0) {
    char text[100];
    if (a.ss_family == AF_INET || a.ss_family == AF_INET6) {
      address(text, sizeof text, &a);
      sprintf(more, ",\"local\":[%s]", text);
      n = sizeof a;
      if (getpeername(fd, (struct sockaddr *)&a, &n) == 0) {
        address(text, sizeof text, &a);
        sprintf(more + strlen(more), ",\"remote\":[%s]", text);
      }
    } else if (a.ss_family == AF_UNIX && n > sizeof(sa_family_t)) {
      const struct sockaddr_un *un = (const void *)&a;
      size_t length = n - sizeof(sa_family_t);
      if (un->sun_path[0] != 0 && length > 0 && un->sun_path[length - 1] == 0) length--;
      snprintf(more, sizeof more, ",\"name\":\"%s\"", hex(un->sun_path, length));
    }
  }
  say(what, ",\"fd\":%d,\"inode\":%lu%s", fd, inode_of(fd), more);
}

void stay(void) {
  for (;;) pause();
}

pid_t helper(void) {
  pid_t pid = fork();
  need(pid, "fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    helper_count = 0;
    return 0;
  }
  if (helper_count < 64) helpers[helper_count++] = pid;
  return pid;
}

void copy_self(const char *to) {
  int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  struct stat st;
  need(in, "open exe");
  need(out, to);
  need(fstat(in, &st), "fstat exe");
  need(sendfile(out, in, NULL, st.st_size) == st.st_size ? 0 : -1, "copy");
  close(in);
  close(out);
}

void lo_up(void) {
  struct ifreq r;
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  memset(&r, 0, sizeof r);
  strcpy(r.ifr_name, "lo");
  need(ioctl(s, SIOCGIFFLAGS, &r), "SIOCGIFFLAGS");
  r.ifr_flags |= IFF_UP;
  need(ioctl(s, SIOCSIFFLAGS, &r), "SIOCSIFFLAGS");
  close(s);
}

static const struct {
  const char *name;
  void (*make)(void);
} themes[] = {
    {"tcp", theme_tcp},     {"inet", theme_inet},   {"unix", theme_unix},   {"owners", theme_owners},
    {"files", theme_files}, {"names", theme_names}, {"netns", theme_netns}, {"linger", theme_linger}, {"masks", theme_masks},
};

/* scenario THEME DIRECTORY: makes the objects of the theme, says {"what":"ready"}, and stays until standard input ends. */
int main(int argc, char **argv) {
  char c;
  if (argc > 1 && strcmp(argv[1], "init") == 0) { /* first process of a private host */
    signal(SIGCHLD, SIG_IGN);
    stay();
  }
  if (argc > 1 && strcmp(argv[1], "wait") == 0) { /* a helper that was executed under another name */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (argc > 2) say(argv[2], "");
    stay();
  }
  if (argc != 3) {
    fprintf(stderr, "usage: scenario THEME DIRECTORY\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  need(chdir(argv[2]), argv[2]);
  for (size_t i = 0; i < sizeof themes / sizeof themes[0]; i++) {
    if (strcmp(themes[i].name, argv[1])) continue;
    themes[i].make();
    say("ready", "");
    while (read(0, &c, 1) > 0) continue;
    for (int h = 0; h < helper_count; h++) kill(helpers[h], SIGKILL);
    while (wait(NULL) > 0) continue;
    return 0;
  }
  fprintf(stderr, "scenario: no theme %s\n", argv[1]);
  return 2;
}
