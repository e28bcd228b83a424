/*
 * columns: what a logs block holds: its columns, blobs and sections by name.
 *
 * The contract between the builder (seal, tail), merges and scans. See
 * logs(5). One table; rows ordered by stream (its labels, bytewise), then
 * time, then arrival. No two rows of a block are equal in all they hold.
 */
#ifndef LOG_COLUMNS_H
#define LOG_COLUMNS_H

enum { LG_ROW, LG_TABLES };

/*
 * LG_ROW:
 *   stream STR     the stream's labels: pairs (loki/pairs.h), sorted by name
 *   time INT       ns
 *   observed INT   observed time - time; null: unknown
 *   severity INT   0 .. 24
 *   severity_text STR   null when empty
 *   trace INT      the trace id's number, see "ids"; null: none
 *   span FIX8      null: none
 *   context STR    metadata that came with the resource and the scope: pairs
 *   m.KEY STR      metadata of the line itself, KEY normalised (a.b: a_b)
 *   x STR          pairs: metadata whose keys are past LOG_KEYS_MAX, or
 *                  longer than LOG_KEY_BYTES_MAX
 *   template INT   the number of the line's template in this stripe
 *
 * A line is its template with the holes filled (log/split.h). Blobs of the
 * stripe, written by log/vars:
 *   templates      the templates' texts, rows and places in "holes"
 *   holes          how the values of each hole are kept, and where
 *   v0, v1, ...    the values
 *
 * Section "ids", RAW in units of 4,080 bytes: the trace ids of the block,
 * 16 bytes and the u32 number each, sorted by id. Numbers are dense from 0,
 * in the order the ids were first seen.
 */
#define LOG_ID_SIZE	20u
#define LOG_ID_UNIT	(204u * LOG_ID_SIZE)

#define LOG_KEYS_MAX	1000u	/* metadata columns in a block */
#define LOG_KEY_BYTES_MAX 512u	/* of a key that gets a column */
#define LOG_STREAMS_MAX	50000u	/* of a tenant, lately; more are folded into one */

#endif
