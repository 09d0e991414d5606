/* Who holds a socket: several processes, one thread alone, nobody that can be seen. */
#include "scenario.h"
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

static int listening(const char *host) {
  struct sockaddr_in a = {.sin_family = AF_INET};
  int s = socket(AF_INET, SOCK_STREAM, 0);
  need(s, "socket");
  inet_pton(AF_INET, host, &a.sin_addr);
  need(bind(s, (struct sockaddr *)&a, sizeof a), "bind");
  need(listen(s, 4), "listen");
  return s;
}

static void say_task(const char *what, int fd) {
  struct sockaddr_in a;
  socklen_t n = sizeof a;
  char host[32];
  need(getsockname(fd, (struct sockaddr *)&a, &n), "getsockname");
  inet_ntop(AF_INET, &a.sin_addr, host, sizeof host);
  say(what, ",\"tid\":%ld,\"fd\":%d,\"inode\":%lu,\"local\":[\"%s\",%d]", syscall(SYS_gettid), fd, inode_of(fd), host, ntohs(a.sin_port));
}

/* Becomes nobody; that clears the signal of the parent's death. */
static void become_nobody(void) {
  need(setgid(65534), "setgid");
  need(setuid(65534), "setuid");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void shared(void) {
  int s = listening("127.0.1.1");
  say_fd("shared", s);
  for (int i = 0; i < 2; i++) {
    if (helper() == 0) {
      int high = dup2(s, 100 + i);
      say_fd("shared", s);
      say_fd("shared", high);
      stay();
    }
  }
  usleep(100000);
}

static void *own_table(void *unused) {
  (void)unused;
  prctl(PR_SET_NAME, "own-table");
  need(unshare(CLONE_FILES), "unshare files");
  say_task("thread-own-table", listening("127.0.1.2"));
  stay();
}

static void *own_net(void *unused) {
  (void)unused;
  prctl(PR_SET_NAME, "own-net");
  need(unshare(CLONE_FILES | CLONE_NEWNET), "unshare net");
  lo_up();
  say_task("thread-own-net", listening("127.0.1.3"));
  stay();
}

static void *survivor(void *unused) {
  (void)unused;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "survivor");
  usleep(50000);
  say_task("dead-leader", listening("127.0.1.4"));
  stay();
}

static void threads(void) {
  pthread_t t;
  if (helper() == 0) {
    need(-pthread_create(&t, NULL, own_table, NULL), "pthread_create");
    need(-pthread_create(&t, NULL, own_net, NULL), "pthread_create");
    stay();
  }
  if (helper() == 0) {
    need(-pthread_create(&t, NULL, survivor, NULL), "pthread_create");
    syscall(SYS_exit, 0); /* the leader ends, the process lives on */
  }
  usleep(300000);
}

static void others(void) {
  pid_t dead;
  if (helper() == 0) {
    become_nobody();
    say_task("other-user", listening("127.0.1.5"));
    stay();
  }
  if (helper() == 0) { /* the owner of a socket is who made it, not who holds it now */
    int s = listening("127.0.1.6");
    become_nobody();
    say_task("made-as-root", s);
    stay();
  }
  if (helper() == 0) {
    need(unshare(CLONE_NEWPID), "unshare pid");
    int s = listening("127.0.1.7");
    pid_t first = fork();
    if (first == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      stay();
    }
    say_fd("inner-pid-namespace", s);
    say("inner-pid-namespace", ",\"child\":%d,\"fd\":%d,\"inode\":%lu", first, s, inode_of(s)); /* the child calls itself 1 */
    stay();
  }
  dead = helper();
  if (dead == 0) _exit(0);
  say("zombie", ",\"child\":%d", dead);
  usleep(100000);
}

void theme_owners(void) {
  threads();
  others();
  shared(); /* last, so that no other helper inherits it */
}
