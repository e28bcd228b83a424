/*
 * dec: decimal arithmetic: 0.1 + 0.2 is 0.3.
 *
 * As LogQL's addf, subf, mulf and divf have it: a double is its shortest
 * decimal text, sums and products are exact, quotients are rounded to 16
 * places. What outgrows 37 digits is reckoned in doubles.
 */
#ifndef LQL_DEC_H
#define LQL_DEC_H

double dec_add(double, double);
double dec_sub(double, double);
double dec_mul(double, double);
double dec_div(double, double);		/* the divisor is not 0 */

#endif
