/*
 * heap: how malloc gets its memory from the kernel; for tools, at their start.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/*
 * What is given back is kept for the next one that asks: pieces come and go,
 * and the kernel clears new pages each time otherwise. Those of 4 MiB and more
 * are mapped alone: what grows would leave holes nobody fits in.
 */
void heap_keep(void);
/*
 * The same but for the large ones, and in huge pages where the kernel has some:
 * a process that lives for milliseconds spends a third of them on faults of 4
 * KiB each. All threads share one heap then.
 */
void heap_huge(void);
/* Gives back what is free now, so that it is not there beside something large. */
void heap_trim(void);

#endif
