/* Processes that lie about their names and arguments. */
#include "scenario.h"
#include <linux/prctl.h>
#include <sys/mman.h>

static void wait_named(const char *what, const char *comm) {
  if (helper() != 0) return;
  prctl(PR_SET_NAME, comm);
  say(what, ",\"comm\":\"%s\"", hex(comm, strlen(comm)));
  stay();
}

static void wait_with(const char *what, char *const argv[]) {
  char *none[] = {NULL};
  if (helper() != 0) return;
  say(what, "");
  execve("/proc/self/exe", argv, none);
  _exit(1);
}

/* Moves the argument area of this process to 64 GiB of memory that is not there (prctl(2), PR_SET_MM_MAP). */
static void huge(void) {
  if (helper() != 0) return;
  size_t length = 64ul << 30;
  char *area = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  struct prctl_mm_map m;
  mm_now(&m);
  m.arg_start = (unsigned long)area, m.arg_end = m.arg_start + length;
  if (area == MAP_FAILED || prctl(PR_SET_MM, PR_SET_MM_MAP, &m, sizeof m, 0) < 0) say_missing("huge-argv", strerror(errno));
  else say("huge-argv", "");
  stay();
}

void theme_names(void) {
  char *newline[] = {"one\ntwo", "wait", NULL}, *escape[] = {"\x1b[31mred\x1b[0m", "wait", NULL}, *bytes[] = {"\xff\xfe", "wait", NULL};
  char *kworker[] = {"[kworker/0:1]", "wait", NULL}, *blank[] = {"with blank", "wait", NULL}, *formula[] = {"=1+1", "wait", NULL};
  wait_named("comm-parenthesis", ") R 0 0");
  wait_named("comm-newline", "one\ntwo");
  wait_named("comm-escape", "\x1b[31mred");
  wait_named("comm-bytes", "\xff\xfe");
  wait_named("comm-blank", "two words");
  wait_named("comm-backslash", "a\\nb");
  wait_named("comm-proto", "__proto__");
  wait_with("argv-newline", newline);
  wait_with("argv-escape", escape);
  wait_with("argv-bytes", bytes);
  wait_with("argv-kworker", kworker);
  wait_with("argv-blank", blank);
  wait_with("argv-formula", formula);
  huge();
  usleep(200000);
}
