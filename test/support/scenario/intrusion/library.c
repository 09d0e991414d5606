/* A library that does nothing: what LD_PRELOAD names in the scenario. */
int nothing_at_all;
int nothing(void);
int nothing(void) { return nothing_at_all; }
