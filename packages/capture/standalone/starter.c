/*
 * Starts the capture of the kit with the kit's own loader and libraries and with an empty environment, so that nothing of the host's user
 * space runs: no shell, no env, no libc, no LD_PRELOAD. No C library is linked; it makes three system calls and allocates nothing.
 *
 *   DIR/coldstat-capture WORDS  →  DIR/lib/ld.so --inhibit-cache --library-path DIR/lib DIR/lib/coldstat-capture WORDS
 */
#define MOST_WORDS 256
#define MOST_PATH 4096
#define AT_NULL 0
#define AT_EXECFN 31

static long syscall3(long number, long a, long b, long c);
__attribute__((noreturn, used)) void begin(long *stack);

#if defined(__x86_64__)
enum { SYS_WRITE = 1, SYS_EXECVE = 59, SYS_EXIT_GROUP = 231 };
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n");
static long syscall3(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { SYS_WRITE = 64, SYS_EXECVE = 221, SYS_EXIT_GROUP = 94 };
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tbl begin\n");
static long syscall3(long number, long a, long b, long c) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
#else
#error "no starter for this machine"
#endif

static char loader[MOST_PATH], libraries[MOST_PATH], program[MOST_PATH];
static char *words[MOST_WORDS + 8];
static char *nothing[] = {0};

static void __attribute__((noreturn)) give_up(const char *message, long length) {
  syscall3(SYS_WRITE, 2, (long)message, length);
  for (;;) syscall3(SYS_EXIT_GROUP, 2, 0, 0);
}
#define GIVE_UP(text) give_up("coldstat-capture: " text "\n", sizeof("coldstat-capture: " text "\n") - 1)

/* The directory of `path` and then `rest`; a path without a slash is in the working directory. */
static void beside(char *out, const char *path, const char *rest) {
  long slash = -1, n = 0;
  for (long i = 0; path[i] != 0; i++)
    if (path[i] == '/') slash = i;
  if (slash < 0) {
    out[n++] = '.';
    out[n++] = '/';
  }
  for (long i = 0; i <= slash; i++) {
    if (n >= MOST_PATH - 64) GIVE_UP("the path of the kit is too long");
    out[n++] = path[i];
  }
  for (long i = 0; rest[i] != 0; i++) out[n++] = rest[i];
  out[n] = 0;
}

/* The stack of a new process: argc, argv and NULL, the environment and NULL, the auxiliary vector. */
void begin(long *stack) {
  long argc = stack[0];
  char **argv = (char **)(stack + 1);
  long *rest = stack + 1 + argc + 1;
  while (*rest != 0) rest++;
  const char *self = 0;
  for (long *aux = rest + 1; aux[0] != AT_NULL; aux += 2)
    if (aux[0] == AT_EXECFN) self = (const char *)aux[1];
  if (self == 0) GIVE_UP("the kernel does not say where this program is");
  if (argc > MOST_WORDS) GIVE_UP("too many arguments");
  beside(loader, self, "lib/ld.so");
  beside(libraries, self, "lib");
  beside(program, self, "lib/coldstat-capture");
  long n = 0;
  words[n++] = loader;
  words[n++] = "--inhibit-cache";
  words[n++] = "--library-path";
  words[n++] = libraries;
  words[n++] = program;
  for (long i = 1; i < argc; i++) words[n++] = argv[i];
  syscall3(SYS_EXECVE, (long)loader, (long)words, (long)nothing);
  GIVE_UP("lib/ld.so beside this program does not run: is the kit complete, and for this machine?");
}
