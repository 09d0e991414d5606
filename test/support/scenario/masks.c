/* Processes, files and mounts that are not what they say, and honest ones that look a little like them. */
#include "scenario.h"
#include <sys/mman.h>
#include <sys/mount.h>

/* What the kernel has now of this process, for PR_SET_MM_MAP: fields of stat by their numbers in proc(5). */
void mm_now(struct prctl_mm_map *m) {
  char stat[2048];
  FILE *f = fopen("/proc/self/stat", "r");
  need(f == NULL ? -1 : 0, "stat");
  size_t n = fread(stat, 1, sizeof stat - 1, f);
  stat[n] = 0;
  fclose(f);
  unsigned long v[60] = {0};
  strtok(strrchr(stat, ')') + 2, " ");
  for (int i = 4; i < 53; i++) {
    char *t = strtok(NULL, " ");
    v[i] = t ? strtoul(t, NULL, 10) : 0;
  }
  memset(m, 0, sizeof *m);
  m->start_code = v[26], m->end_code = v[27], m->start_stack = v[28], m->start_data = v[45], m->end_data = v[46];
  m->start_brk = v[47], m->brk = (unsigned long)sbrk(0);
  m->arg_start = v[48], m->arg_end = v[49], m->env_start = v[50], m->env_end = v[51], m->exe_fd = -1;
}

static void set_map(const char *what, struct prctl_mm_map *m) {
  if (prctl(PR_SET_MM, PR_SET_MM_MAP, m, sizeof *m, 0) < 0) say_missing(what, strerror(errno));
  else say(what, "");
}

/* Replaces every page of our own file by anonymous memory with the same bytes, so that the kernel lets the exe link go. */
static void leave_own_file(void) {
  char maps[65536], exe[4096];
  ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
  need(length, "readlink");
  exe[length] = 0;
  int fd = open("/proc/self/maps", O_RDONLY);
  need(fd, "maps");
  size_t n = 0;
  for (ssize_t got; (got = read(fd, maps + n, sizeof maps - 1 - n)) > 0;) n += got;
  maps[n] = 0;
  close(fd);
  for (char *line = maps; *line;) {
    char *next = strchr(line, '\n');
    *next = 0;
    unsigned long start, end;
    char perms[5];
    if (strstr(line, exe) && sscanf(line, "%lx-%lx %4s", &start, &end, perms) == 3) {
      int prot = (perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) | (perms[2] == 'x' ? PROT_EXEC : 0);
      void *copy = mmap(NULL, end - start, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      memcpy(copy, (void *)start, end - start);
      mprotect(copy, end - start, prot);
      need(mremap(copy, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED, start) == MAP_FAILED ? -1 : 0, "mremap");
    }
    line = next + 1;
  }
}

static void other_exe(void) {
  if (helper() != 0) return;
  struct prctl_mm_map m;
  leave_own_file();
  mm_now(&m);
  m.exe_fd = open("/usr/bin/env", O_RDONLY);
  set_map("exe-spoofed", &m);
  close(m.exe_fd);
  stay();
}

/* The argument area is moved to memory that says something else. */
static void other_arguments(const char *what, const char *said, size_t length, const char *comm) {
  if (helper() != 0) return;
  struct prctl_mm_map m;
  char *area = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(area, said, length);
  mm_now(&m);
  m.arg_start = (unsigned long)area, m.arg_end = m.arg_start + length;
  if (comm) prctl(PR_SET_NAME, comm);
  set_map(what, &m);
  stay();
}

/* As setproctitle: written over where it stands, the rest NUL. */
static void title(const char *what, const char *said) {
  if (helper() != 0) return;
  struct prctl_mm_map m;
  mm_now(&m);
  memset((void *)m.arg_start, 0, m.arg_end - m.arg_start);
  strncpy((char *)m.arg_start, said, m.arg_end - m.arg_start - 4);
  say(what, "");
  stay();
}

static void named(const char *what, const char *comm) {
  if (helper() != 0) return;
  prctl(PR_SET_NAME, comm);
  say(what, "");
  stay();
}

/* Executes a copy of ourselves under this path; it says that it runs. */
static void run_copy(const char *what, const char *path) {
  copy_self(path);
  if (helper() != 0) return;
  execl(path, path, "wait", what, (char *)NULL);
  _exit(1);
}

static void script(void) {
  int fd = open("greeter", O_WRONLY | O_CREAT, 0755);
  const char *text = "#!/bin/sh\nprintf '{\"what\":\"script\",\"pid\":%d}\\n' $$\nwhile :; do /srv/bin/init wait; done\n";
  need(write(fd, text, strlen(text)), "script");
  close(fd);
  if (helper() != 0) return;
  execl("./greeter", "greeter", (char *)NULL);
  _exit(1);
}

static int file(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT, 0644);
  need(fd, path);
  return fd;
}

static void mounts(void) {
  char over[64];
  int covered, detached;
  mkdir("cover", 0755), mkdir("gone", 0755), mkdir("empty", 0755), mkdir("plain", 0755);
  covered = file("cover/file");
  need(mount("tmpfs", "cover", "tmpfs", 0, ""), "mount over");
  say_fd("file-covered", covered);
  need(mount("tmpfs", "gone", "tmpfs", 0, ""), "mount");
  mkdir("gone/etc", 0755);
  detached = file("gone/etc/passwd");
  need(umount2("gone", MNT_DETACH), "detach");
  say_fd("file-detached", detached);
  need(mount("tmpfs", "plain", "tmpfs", 0, ""), "plain mount");
  say_fd("file-plain", file("plain/file"));
  close(file("ours"));
  need(mount("ours", "/usr/bin/true", NULL, MS_BIND, NULL), "mount over a program");
  pid_t hidden = helper();
  if (hidden == 0) stay();
  snprintf(over, sizeof over, "/proc/%d", hidden);
  need(mount("empty", over, NULL, MS_BIND, NULL), "mount over a process");
  say("process-hidden", ",\"child\":%d", hidden);
}

void theme_masks(void) {
  static const char sshd[] = "/usr/sbin/sshd\0-D";
  other_exe();
  other_arguments("args-moved", sshd, sizeof sshd, NULL);
  other_arguments("args-none", "", 0, "kworker/0:1-ev");
  other_arguments("args-none-plain", "", 0, NULL);
  title("title-set", "masks: idle");
  named("comm-daemon", "sshd");
  named("comm-cyrillic", "\xd1\x95shd");
  named("comm-blank", "masks ");
  named("comm-digits", "cr0nd");
  named("comm-german", "gr\xc3\xbc\xc3\x9f" "e");
  run_copy("exe-so-named", "./program (deleted)");
  run_copy("exe-covered", "./payroll");
  run_copy("exe-deleted", "./leaver");
  script();
  usleep(300000);
  need(unlink("leaver"), "unlink");
  need(mount("/usr/bin/env", "payroll", NULL, MS_BIND, NULL), "mount over an executable");
  say_fd("file-so-named", file("report (deleted)"));
  int fd = file("draft");
  unlink("draft");
  say_fd("file-deleted", fd);
  mounts();
}
