/* Helper programs of the tests: each theme makes real kernel objects and tells what it made, one JSON object a line, on standard output. */
#ifndef SCENARIO_H
#define SCENARIO_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Ends the program with a message when a step that must work does not. */
void need(long ok, const char *step);
/* One line {"what":…,"pid":…,…}; `format` gives the members after those, beginning with a comma, or "". */
void say(const char *what, const char *format, ...);
/* A descriptor of the caller: number and inode; for inet sockets its addresses; for unix sockets its name in hex. */
void say_fd(const char *what, int fd);
/* The kernel has not got it: the test leaves the object out, by name. */
void say_missing(const char *what, const char *why);
unsigned long inode_of(int fd);
/* Prints n bytes as a JSON string of hex digits. */
const char *hex(const void *bytes, size_t n);

/* Waits to be killed. */
void stay(void) __attribute__((noreturn));
/* fork whose child dies with its parent; the parent kills it at the end. */
pid_t helper(void);
/* Copies our own executable. */
void copy_self(const char *to);
/* What the kernel has now of the memory of the caller, for PR_SET_MM_MAP. */
struct prctl_mm_map;
void mm_now(struct prctl_mm_map *m);
/* Brings lo up in the network namespace of the caller. */
void lo_up(void);

void theme_tcp(void);
void theme_inet(void);
void theme_unix(void);
void theme_owners(void);
void theme_files(void);
void theme_names(void);
void theme_netns(void);
void theme_linger(void);
void theme_masks(void);
#endif
