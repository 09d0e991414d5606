/* Descriptors of every other kind, and files that lie about themselves. */
#include "scenario.h"
#include <mqueue.h>
#include <pty.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

static void say_file(const char *what, int fd) {
  struct stat st;
  char link[64], text[512];
  need(fd, what);
  need(fstat(fd, &st), "fstat");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, text, sizeof text);
  need(n, "readlink");
  say(what, ",\"fd\":%d,\"inode\":%lu,\"size\":%ld,\"nlink\":%ld,\"link\":\"%s\"", fd, (unsigned long)st.st_ino, (long)st.st_size,
      (long)st.st_nlink, hex(text, n));
}

static int made(const char *name) {
  int fd = open(name, O_RDWR | O_CREAT, 0644);
  need(fd, name);
  need(write(fd, "contents\n", 9), "write");
  return fd;
}

static void kinds(void) {
  int p[2], master, slave, e, watched;
  struct epoll_event ev = {.events = EPOLLIN};
  struct itimerspec it = {.it_value = {.tv_sec = 3600}};
  sigset_t set;
  need(pipe(p), "pipe");
  say_file("pipe-read", p[0]);
  say_file("pipe-write", p[1]);
  need(mkfifo("queue.fifo", 0600), "mkfifo");
  say_file("fifo", open("queue.fifo", O_RDWR));
  say_file("eventfd", watched = eventfd(7, 0));
  e = epoll_create1(0);
  ev.data.fd = watched;
  need(epoll_ctl(e, EPOLL_CTL_ADD, watched, &ev), "epoll_ctl");
  say_file("epoll", e);
  say_file("timerfd", e = timerfd_create(CLOCK_MONOTONIC, 0));
  timerfd_settime(e, 0, &it, NULL);
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  say_file("signalfd", signalfd(-1, &set, 0));
  e = inotify_init();
  need(inotify_add_watch(e, ".", IN_CREATE), "inotify_add_watch");
  say_file("inotify", e);
  e = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (e < 0) say_missing("pidfd", strerror(errno));
  else say_file("pidfd", e);
  if (openpty(&master, &slave, NULL, NULL, NULL) < 0) say_missing("pty-master", strerror(errno));
  else {
    say_file("pty-master", master);
    say_file("pty-slave", slave);
  }
  e = mq_open("/coldstat-scenario", O_RDWR | O_CREAT, 0600, NULL);
  if (e < 0) say_missing("mqueue", strerror(errno));
  else {
    int by_path = open("/dev/mqueue/coldstat-scenario", O_RDWR);
    mq_unlink("/coldstat-scenario");
    say_file("mqueue", e);
    /* The file system of message queues is not mounted everywhere. */
    if (by_path < 0) say_missing("mqueue-by-path", "not mounted");
    else say_file("mqueue-by-path", by_path);
  }
  say_file("memfd", memfd_create("scratch area", 0));
  say_file("null", open("/dev/null", O_WRONLY));
  say_file("directory", open(".", O_RDONLY | O_DIRECTORY));
  say_file("o-path", open("queue.fifo", O_PATH));
  say_file("append", open("log.txt", O_WRONLY | O_CREAT | O_APPEND, 0644));
}

static void gone(void) {
  int fd = made("deleted.txt");
  unlink("deleted.txt");
  say_file("deleted", fd);
  fd = open(".", O_TMPFILE | O_RDWR, 0600);
  if (fd < 0) say_missing("tmpfile", strerror(errno));
  else say_file("tmpfile", fd);
  fd = made("one-name.txt");
  need(link("one-name.txt", "other-name.txt"), "link");
  unlink("one-name.txt");
  say_file("still-linked", fd); /* says "(deleted)" though the file has a name */
}

static void liars(void) {
  say_file("named-deleted", made("kept (deleted)"));
  say_file("named-socket", made("socket:[1]"));
  say_file("named-newline", made("two\nlines"));
  say_file("named-escape", made("red\x1b[31m"));
  say_file("named-bytes", made("\xff\xfe.bin"));
  say_file("named-backslash", made("back\\x41slash"));
  say_file("named-memfd", made("memfd:fake"));
}

static void locks(void) {
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET}, part = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};
  int posix = made("posix.lock"), ofd = made("ofd.lock"), bsd = made("bsd.lock");
  need(fcntl(posix, F_SETLK, &whole), "posix lock");
  need(fcntl(ofd, F_OFD_SETLK, &part), "ofd lock");
  need(flock(bsd, LOCK_EX | LOCK_NB), "flock");
  say_file("lock-posix", posix);
  say_file("lock-ofd", ofd);
  say_file("lock-flock", bsd);
}

static void programs(void) {
  char *argv[] = {"updater", "wait", "memfd-exe", NULL}, *gone_argv[] = {"./gone-exe", "wait", "deleted-exe", NULL}, *none[] = {NULL};
  int fd;
  copy_self("gone-exe");
  if (helper() == 0) {
    execv("./gone-exe", gone_argv);
    _exit(1);
  }
  fd = memfd_create("payload", 0);
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  copy_self(path);
  if (helper() == 0) {
    fexecve(fd, argv, none);
    _exit(1);
  }
  usleep(100000);
  unlink("gone-exe");
  close(fd);
  if (helper() == 0) {
    need(mkdir("gone-dir", 0755), "mkdir");
    need(chdir("gone-dir"), "chdir");
    rmdir("../gone-dir");
    say("deleted-cwd", "");
    stay();
  }
  usleep(50000);
}

void theme_files(void) {
  kinds();
  gone();
  liars();
  locks();
  programs();
}
