/*
 * width: how many columns of a terminal a character takes. Not wcwidth: what
 * that says depends on the locale.
 */
#ifndef SHOW_WIDTH_H
#define SHOW_WIDTH_H

#include <stdint.h>

/* 0: it is drawn onto the one before it; 1; 2: wide, as CJK and most emoji. Of
 * one that is no control character. */
unsigned show_char_width(uint32_t);

#endif
