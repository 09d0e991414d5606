/* A file system whose server answers until a process stands in it, and then never again (FUSE protocol 7.x, linux/fuse.h). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int dev;

static void need(long ok, const char *step) {
  if (ok >= 0) return;
  perror(step);
  exit(1);
}

static void reply(unsigned long unique, int error, const void *body, size_t n) {
  struct {
    struct fuse_out_header head;
    char body[4096];
  } out = {.head = {.len = sizeof out.head + n, .error = error, .unique = unique}};
  memcpy(out.body, body, n);
  (void)!write(dev, &out, out.head.len);
}

/* Answers one request; attributes are never cached, so every stat is a question to us. */
static void answer(void) {
  char buffer[1 << 17];
  struct fuse_in_header *in = (void *)buffer;
  if (read(dev, buffer, sizeof buffer) < 0) return;
  if (in->opcode == FUSE_INIT) {
    struct fuse_init_out init = {.major = 7, .minor = 31, .max_write = 65536};
    reply(in->unique, 0, &init, sizeof init);
  } else if (in->opcode == FUSE_GETATTR) {
    struct fuse_attr_out attr = {.attr = {.ino = 1, .mode = S_IFDIR | 0755, .nlink = 2}};
    reply(in->unique, 0, &attr, sizeof attr);
  } else if (in->opcode == FUSE_OPENDIR) {
    struct fuse_open_out open = {.fh = 1};
    reply(in->unique, 0, &open, sizeof open);
  } else if (in->opcode != FUSE_FORGET) reply(in->unique, -ENOSYS, NULL, 0);
}

/* stuck DIRECTORY [lazy]: mounts there in a mount namespace of its own; says its own process id and that of the one that stands in it. */
int main(int argc, char **argv) {
  char options[100], c;
  int ready[2];
  need(argc > 1 ? 0 : -1, "usage");
  need(unshare(CLONE_NEWNS), "unshare");
  need(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
  need(dev = open("/dev/fuse", O_RDWR | O_CLOEXEC), "/dev/fuse");
  snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", dev);
  need(mount("stuck", argv[1], "fuse.stuck", 0, options), "mount");
  need(pipe2(ready, O_NONBLOCK), "pipe");
  pid_t standing = fork();
  if (standing == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    need(chdir(argv[1]), "chdir");
    need(open(".", O_RDONLY | O_DIRECTORY), "open");
    need(write(ready[1], "x", 1), "write");
    for (;;) pause();
  }
  fcntl(dev, F_SETFL, O_NONBLOCK);
  while (read(ready[0], &c, 1) != 1) {
    answer();
    usleep(1000);
  }
  if (argc > 2) need(umount2(argv[1], MNT_DETACH), "lazy umount");
  printf("%d\n", standing);
  fflush(stdout);
  while (read(0, &c, 1) > 0) continue; /* requests are left lying; at our end the kernel aborts them */
  kill(standing, SIGKILL);
  return 0;
}
