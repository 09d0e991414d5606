/* measure REPORT COMMAND…: runs a command and writes to the file REPORT: exit status, wall and CPU seconds (with all descendants), and the
 * largest resident set of any single one of them in KiB. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

int main(int argc, char **argv) {
  struct timespec a, b;
  struct rusage r;
  int status = 0;
  if (argc < 3) return 2;
  prctl(PR_SET_CHILD_SUBREAPER, 1); /* what the command leaves behind is waited for here, and counted */
  clock_gettime(CLOCK_MONOTONIC, &a);
  pid_t pid = fork();
  if (pid == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  waitpid(pid, &status, 0);
  clock_gettime(CLOCK_MONOTONIC, &b);
  while (wait(NULL) > 0) continue;
  getrusage(RUSAGE_CHILDREN, &r);
  FILE *f = fopen(argv[1], "w");
  if (!f) return 1;
  fprintf(f, "{\"code\":%d,\"wall\":%.6f,\"cpu\":%.6f,\"maxrss_kib\":%ld}\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9, seconds(r.ru_utime) + seconds(r.ru_stime), r.ru_maxrss);
  fclose(f);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
